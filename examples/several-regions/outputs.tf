output "capture_buckets" {
  description = "Names of the buckets for captured traffic, by region."
  value = {
    "eu-west-1"    = module.eu_west_1.capture_bucket
    "eu-central-1" = module.eu_central_1.capture_bucket
  }
}

output "source_subnets" {
  description = "Subnets to launch instances in, by region and zone id."
  value = {
    "eu-west-1"    = module.eu_west_1.source_subnets
    "eu-central-1" = module.eu_central_1.source_subnets
  }
}
