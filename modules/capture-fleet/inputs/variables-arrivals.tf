# Proof of arrival: whether packets of what is mirrored come in.

variable "arrivals" {
  description = <<-EOT
    Proof of arrival: nodes count the packets that come in by endpoint, VNI and address of the mirrored interface, with
    either data path and before anything else looks at them, and hand that in each minute in a bucket of its own.

    What should come in the hub knows from lists of sessions in that bucket. Controllers do not hand in theirs yet: without
    a list that somebody else writes (functions/arrivals/README.md) nothing is judged, and the alarm groups-silent never fires.

    - `count`: default true. false: nodes attach no program that counts, which saves about a tenth of a microsecond for
      each packet, and hand in nothing. Bucket and function stay, and everything is unknown.
    - `schedule_minutes`: minutes from one join of what was handed in to the next, a whole number from 1 to 5. Default 2:
      silence is known five minutes after the last packet. Each minute more is a minute later.
    - `group_minimum`: how many sessions of one endpoint, zone, VPC or rule, in one list, must have stood for ten minutes,
      with nothing come of any of them, before the alarm fires, up to ten minutes after that; 1 to 10000. Default 5: no one
      can tell an idle host from a broken one.
    - `client_metrics`: whether the hub writes the metrics of each client too, which CloudWatch charges for: 7 metrics, some
      2.10 $ a month, for each list of sources. Default false. Controllers neither hand in their lists nor write such
      metrics yet.

    Default null: none of it, since it costs a little for each node and gives every registered account a place to write
    in the hub, with `organization_id` every account of the organization. A node that cannot count is in service all the
    same.
  EOT
  type = object({
    count            = optional(bool, true)
    schedule_minutes = optional(number, 2)
    group_minimum    = optional(number, 5)
    client_metrics   = optional(bool, false)
  })
  default = null

  validation {
    condition     = var.arrivals == null || contains([1, 2, 3, 4, 5], try(var.arrivals.schedule_minutes, 0))
    error_message = "arrivals.schedule_minutes must be a whole number from 1 to 5: later, a verdict would be older than ten minutes."
  }

  validation {
    condition = var.arrivals == null || try(
      var.arrivals.group_minimum >= 1 && var.arrivals.group_minimum <= 10000 && floor(var.arrivals.group_minimum) == var.arrivals.group_minimum,
      false,
    )
    error_message = "arrivals.group_minimum must be a whole number from 1 to 10000: so many sessions make a group."
  }
}
