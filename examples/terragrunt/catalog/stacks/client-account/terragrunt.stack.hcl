# What a client account gets in one region. `cidr_blocks` and `ref` are meant for the units; every other value is an input of
# modules/mirror-client, and one that it does not have is refused.

unit "network" {
  source = find_in_parent_folders("catalog/units/network")
  path   = "network"

  values = {
    cidr_blocks = try(values.cidr_blocks, {})
    ref         = try(values.ref, null)
  }
}

unit "client" {
  source = find_in_parent_folders("catalog/units/client")
  path   = "client"
  values = merge({ ref = null }, values)
}
