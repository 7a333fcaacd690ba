# What is allowed and yet cannot be meant: the plan warns.

check "sources" {
  # Without a rule, requests alone mirror: what they ask for must be in one of the VPCs (docs/demands.md).
  assert {
    condition     = module.inputs.sources == null || length(local.rules) > 0 || length(module.inputs.vpcs) > 0
    error_message = <<-EOT
      sources has no rule and vpcs no VPC, so neither rules nor requests nor findings can mirror anything: give sources
      a rule, or null for everything in the VPCs, and name the VPCs in vpcs.
    EOT
  }

  assert {
    condition     = contains(var.triggers, "guardduty") || length([for rule in local.rules : rule if rule.on == "guardduty"]) == 0
    error_message = <<-EOT
      sources has rules with on = "guardduty", which mirror nothing while triggers leaves guardduty out: add it, or let
      the rules be on = "always".
    EOT
  }
}
