include "root" {
  path = find_in_parent_folders("root.hcl")
}

include "unit" {
  path = find_in_parent_folders("capture-fleet.hcl")
}
