locals {
  region     = "eu-central-1"
  cidr_block = "10.72.0.0/20"

  # Any input of modules/capture-fleet.
  fleet = {}
}
