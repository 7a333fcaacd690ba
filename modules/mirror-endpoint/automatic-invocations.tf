# As in mirror-controller: apply runs the function when something has changed, drain takes away on destroy what it made.
#
#   create:  function, role → drain (nothing) → right to make endpoints → mapping, event rules → apply → output vpcs → controller
#   destroy: controller, with its sessions → apply (nothing), event rules, mapping → right to make endpoints → drain → function

resource "aws_lambda_invocation" "drain" {
  for_each = local.automatic

  function_name = module.endpoints[each.key].function_name
  # CRUD: Terraform invokes on create and delete and adds tf.action, and the function acts on delete alone. The input
  # never changes, since an update that failed would be recorded as done.
  lifecycle_scope = "CRUD"
  input           = jsonencode({ reason = "drain" })

  depends_on = [module.endpoints]

  lifecycle {
    # Back to "terraform": the controller moves its sessions to the new targets first, then these go.
    create_before_destroy = true
  }
}

resource "aws_lambda_invocation" "apply" {
  for_each = local.automatic

  function_name = module.endpoints[each.key].function_name
  # Create only, and made anew whenever a trigger changes: one that failed is planned again.
  lifecycle_scope = "CREATE_ONLY"
  input           = jsonencode({ reason = "apply" })

  triggers = {
    environment = sha256(jsonencode(local.endpoints_environment))
    code        = module.endpoints[each.key].source_code_hash
  }

  depends_on = [
    module.endpoints,
    aws_lambda_invocation.drain,
    aws_iam_role_policy.make_endpoints,
    aws_cloudwatch_event_target.endpoints,
  ]

  lifecycle {
    precondition {
      condition     = contains(split(".", var.endpoint_service_name), local.region)
      error_message = <<-EOT
        endpoint_service_name names a service of another region than this one, ${local.region}; endpoints
        reach services of their own region only.
      EOT
    }

    precondition {
      condition     = length(jsonencode(var.tags)) <= 1200
      error_message = <<-EOT
        With endpoint_management "automatic" tags may be at most 1,200 characters as JSON: the function
        carries them in its environment, of which Lambda holds 4 KB.
      EOT
    }
  }
}
