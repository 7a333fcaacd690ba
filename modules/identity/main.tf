# Where a module is applied, and what follows from that: ARNs and names of service principals.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Terraform reads the data sources of a module that is called with `depends_on` at apply as soon as anything upstream
# changes ("Data source dependencies" in its language reference). Whatever is named after one would then be planned for
# replacement. Here the first apply's answers are kept: known in the first plan, since `input` is what the data sources
# said, and in every later one, since later answers are ignored.
resource "terraform_data" "this" {
  input = {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    dns_suffix = data.aws_partition.current.dns_suffix
    # id and not name: the name of this attribute differs between versions 5 and 6 of the provider, the id does not.
    region = data.aws_region.current.id
  }

  lifecycle {
    ignore_changes = [input]

    # Else what is applied would get the names of another place.
    postcondition {
      condition = (
        self.input.account_id == data.aws_caller_identity.current.account_id &&
        self.input.region == data.aws_region.current.id
      )
      error_message = <<-EOT
        This state belongs to the account ${self.input.account_id} in ${self.input.region}, and the provider works in
        ${data.aws_caller_identity.current.account_id} in ${data.aws_region.current.id}. Correct the provider, or take
        another state (backend key or workspace) for another place; to move, destroy here first.
      EOT
    }
  }
}

locals {
  known = terraform_data.this.input
}
