# What nodes hand in of what has arrived, under a key that is the node's own.

locals {
  count_arrivals = try(module.inputs.arrivals.count, false)

  # A name and not the bucket's attribute: the nodes' policy must not wait for it.
  arrivals_bucket_name = "${var.name}-arrivals-${local.account_id}-${local.region}"

  # For the agent. An instance's aws:userid is "<id of the role>:<id of the instance>" (IAM User Guide, "AWS global
  # condition context keys", aws:userid), the second of which the agent knows.
  node_arrivals = !local.count_arrivals ? null : {
    bucket     = local.arrivals_bucket_name
    key_prefix = "nodes/${aws_iam_role.node.unique_id}:"
  }
}

data "aws_iam_policy_document" "node_arrivals" {
  # One object, which is the node's own: a node that was taken over can say nothing for another one.
  statement {
    sid       = "HandInArrivals"
    actions   = ["s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${local.arrivals_bucket_name}/nodes/$${aws:userid}.json.gz"]
  }
}

resource "aws_iam_role_policy" "node_arrivals" {
  for_each = toset(local.count_arrivals ? ["arrivals"] : [])

  name   = each.key
  role   = aws_iam_role.node.id
  policy = data.aws_iam_policy_document.node_arrivals.json
}
