variable "requester_managed" {
  description = <<-EOT
    Whether interfaces that AWS made for its services in the VPCs are mirrored, where a rule selects their subnet or VPC
    (they have no instance, so no instance tags).

    - `rds`, `elasticache`: whose. Default false for both: their traffic repeats what the clients' interfaces show.
  EOT
  type = object({
    rds         = optional(bool, false)
    elasticache = optional(bool, false)
  })
  default  = {}
  nullable = false
}
