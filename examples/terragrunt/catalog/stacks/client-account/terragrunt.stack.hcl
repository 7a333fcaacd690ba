# What a client account gets in one region.

unit "network" {
  source = find_in_parent_folders("catalog/units/network")
  path   = "network"

  values = {
    cidr_block = values.cidr_block
    ref        = try(values.ref, null)
  }
}

unit "client" {
  source = find_in_parent_folders("catalog/units/client")
  path   = "client"

  values = {
    sources = try(values.sources, null)
    mode    = try(values.mode, "enforce")
    guardrails  = try(values.guardrails, {})
    # Or "automatic": a function follows subnets and zones that are added later.
    endpoint_management = try(values.endpoint_management, "terraform")
    ref                 = try(values.ref, null)
  }
}
