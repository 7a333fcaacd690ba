# The register of clients, as each part needs it.

locals {
  client_accounts = sort(distinct([for client in values(module.inputs.clients) : client.account_id]))

  client_principals = [for account in local.client_accounts : "arn:${local.partition}:iam::${account}:root"]

  # What the nodes know of each client. The agents read it again every minute, so a client that joins needs no new node;
  # hence the key that stays (a new one would be a new launch template).
  clients_key = "clients.json"
  clients_file = {
    for key, client in module.inputs.clients : key => { account_id = client.account_id, vnis = client.vnis }
  }
}

resource "aws_s3_object" "clients" {
  bucket       = aws_s3_bucket.code.id
  key          = local.clients_key
  content      = jsonencode(local.clients_file)
  content_type = "application/json"

  # Amazon S3 takes ten tags an object, the provider's default_tags among them, and a deployment may well have more.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # Objects without the bucket's protections in force would be nobody's wish.
  depends_on = [
    aws_s3_bucket_policy.code,
    aws_s3_bucket_server_side_encryption_configuration.code,
    aws_s3_bucket_versioning.code,
  ]
}
