# Every policy and every event pattern of the modules, rendered: each module with all that its inputs can switch on.
# tests/all.tftest.hcl applies this with a provider that only pretends; rendered.ts reads the state, and its tests see
# to it that nothing is left out. Assertions about the modules are in their own tests.

locals {
  kms_key_arn           = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
  endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
}

module "controller" {
  source = "../../../modules/mirror-controller"

  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = "vpc-0123456789abcdef0"
      filter_id = "tmf-0123456789abcdef0"
      targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
    }
    # Targets by their tags.
    test = {
      vpc_id                = "vpc-0123456789abcdef1"
      filter_id             = "tmf-0123456789abcdef0"
      endpoint_service_name = local.endpoint_service_name
    }
  }
  sources = {
    tags = [{ tags = { tap = "yes" }, filter_id = "tmf-0123456789abcdef1", target_id = "tmt-0123456789abcdef1" }]
    vpcs = [{ vpc_id = "vpc-0123456789abcdef0", on = "guardduty" }]
  }
  lifecycle_hooks     = { web = { autoscaling_group_name = "web", when_not_mirrored = "abandon" } }
  schedule_expression = "rate(5 minutes)"
  session_principals  = ["arn:aws:iam::111122223333:role/network-admin"]
  hub_event_bus_arn   = "arn:aws:events:eu-west-1:444455556666:event-bus/capture-hub"
  tracing_mode        = "Active"
  vpc_config          = { subnet_ids = ["subnet-0123456789abcdef0"], security_group_ids = ["sg-0123456789abcdef0"] }
  kms_key_arn         = local.kms_key_arn
}

# The fewest patterns, and those that only come with other inputs: none named beside the functions' own, as few hooks.
module "controller_by_default" {
  source = "../../../modules/mirror-controller"

  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = "vpc-0123456789abcdef0"
      filter_id = "tmf-0123456789abcdef0"
      targets   = { a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" } }
    }
  }
}

module "endpoint" {
  source = "../../../modules/mirror-endpoint"

  name                  = "mirror"
  endpoint_service_name = local.endpoint_service_name
  endpoint_management   = "automatic"
  automatic             = { zones = "instances" }
  tracing_mode          = "Active"
  vpcs                  = { prod = { vpc_id = "vpc-0123456789abcdef0" } }
  kms_key_arn           = local.kms_key_arn
}

module "fleet" {
  source = "../../../modules/capture-fleet"

  name            = "capture"
  vpc_id          = "vpc-0123456789abcdef0"
  subnets         = { one = "subnet-00000000000000001" }
  organization_id = "o-a1b2c3d4e5"
  clients         = { shop = { account_id = "444455556666", vnis = { main = 101 } } }
  capture         = { tool = { kind = "container", image = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/suricata:7", packets_bucket = "packets" } }
  arrivals        = {}
  kms_key_arn     = local.kms_key_arn
}

module "fleet_by_client" {
  source = "../../../modules/capture-fleet"

  name    = "clients"
  vpc_id  = "vpc-0123456789abcdef0"
  subnets = { one = "subnet-00000000000000001" }
  clients = {
    shop = { account_id = "444455556666", vnis = { main = 101 }, readers = ["arn:aws:iam::444455556666:role/analyst"] }
  }
  capture     = { datapath = "bpf" }
  arrivals    = {}
  kms_key_arn = local.kms_key_arn

  athena_workgroup = "primary"
}
