# Which release of the modules is rolled out. A client stays behind or goes ahead with `ref` in its stack's values.

locals {
  repository = "git::https://example.com/terraform-aws-traffic-mirroring.git"
  ref        = "v0.1.0"
}
