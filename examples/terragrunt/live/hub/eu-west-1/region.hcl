locals {
  region     = "eu-west-1"
  cidr_block = "10.64.0.0/20"

  # Any input of modules/capture-fleet.
  fleet = {}
}
