# Inputs of modules/mirror-controller, which checks them. Same defaults.

variable "sources" {
  description = <<-EOT
    Which interfaces are mirrored. Default null: every interface of the VPCs given that AWS accepts. Otherwise the first entry that matches decides, `tags` before `subnets` before `vpcs`, in the order of each list; with no entry at all nothing is mirrored.
    - `tags`: tags of the instance, exact and case-sensitive; a null value means that the key is present. `match` says whether `all` of them must match (default) or `any`.
    - `subnets`: `subnet_id`. `vpcs`: `vpc_id`, one of `vpcs`.
    Each entry takes besides:
    - `name`: the value of the tag `traffic-mirror:rule` of its sessions, 1 to 64 characters. Default `tags[0]`, `subnets[1]` …, by position: give names, or sessions are tagged again when an entry is put in front.
    - `filter_id`, `virtual_network_id` (1 to 16777215): instead of the VPC's. `target_id`: instead of the target in the instance's zone.
    - `packet_length`: bytes of each packet that are mirrored, 55 to 8500. Default null: whole packets. Under 55 bytes the headers of IPv6 packets would be cut.
    - `session_number`: the number that is tried first, 1 to 32766; the lowest session of an interface wins a packet. Default null: 1. A number in use is stepped around.
    - `interfaces`: `all` interfaces of an instance (default) or the `primary` one.
  EOT
  type = object({
    tags = optional(list(object({
      tags               = map(string)
      match              = optional(string, "all")
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
    })), [])
    subnets = optional(list(object({
      subnet_id          = string
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
    })), [])
    vpcs = optional(list(object({
      vpc_id             = string
      name               = optional(string)
      filter_id          = optional(string)
      target_id          = optional(string)
      packet_length      = optional(number)
      virtual_network_id = optional(number)
      session_number     = optional(number)
      interfaces         = optional(string, "all")
    })), [])
  })
  default = null
}

variable "exclude" {
  description = <<-EOT
    What is never mirrored, whatever `sources` says; a session of this controller on it is removed. Default nothing.
    - `tags`: as in `sources.tags`, `tags` and `match`.
    - `subnet_ids`, `instance_ids`, `network_interface_ids`: ids.
    - `autoscaling_group_names`: groups whose instances are left alone, those of the capture fleet and of whatever else receives the copy above all: mirrored into itself, traffic would go round for ever.
  EOT
  type = object({
    tags = optional(list(object({
      tags  = map(string)
      match = optional(string, "all")
    })), [])
    subnet_ids              = optional(list(string), [])
    instance_ids            = optional(list(string), [])
    network_interface_ids   = optional(list(string), [])
    autoscaling_group_names = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "stopped_instances" {
  description = "What becomes of the sessions of a stopped instance: `remove` or `keep`. Default remove: a session is billed while its instance is stopped, and is made again about a second after the start."
  type        = string
  default     = "remove"
  nullable    = false
}

variable "allow_cross_zone" {
  description = "Whether an instance in a zone without a target is mirrored to a target in another zone of its VPC. Default true: completeness first. It costs the transfer between zones (0.01 $ per GB on each side in most regions), and that zone's capture then depends on two zones."
  type        = bool
  default     = true
  nullable    = false
}

variable "requester_managed" {
  description = "Whether interfaces that `rds` or `elasticache` made in the VPCs are mirrored, where a source selects their subnet or VPC (they have no instance, hence no instance tags). Default false for both: their traffic repeats what the clients' interfaces show."
  type = object({
    rds         = optional(bool, false)
    elasticache = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "fargate" {
  description = "Whether interfaces of Fargate tasks are tried. Unproven: AWS documents that requester-managed interfaces cannot be sources except those of RDS and ElastiCache, though sessions on Fargate's have been seen. Default false; AWS has the last word, and a refusal is reported with its reason."
  type        = bool
  default     = false
  nullable    = false
}

variable "controller_instance_types" {
  description = "Instance types that AWS has begun or ceased to accept as sources since this release, by type with * and ? as wildcards: `{ \"m8g.*\" = true }`. true: tried; false: never. Default none: the dated list of the release."
  type        = map(bool)
  default     = {}
  nullable    = false
}

variable "policy_parts" {
  description = "How many parameters the policy document is spread over when it does not fit into one (4,096 bytes), 1 to 64. Default null: reckoned from the number of VPCs, targets, entries and excludes at their largest size. Needed only where the length of a list is unknown at plan, or where long names or non-Latin tags make the reckoning too small; the plan or apply says so then."
  type        = number
  default     = null
}

variable "triggers" {
  description = <<-EOT
    Which events start the reconciler, each a rule on the default bus.
    - `ec2_state_change`: an instance changes its state.
    - `autoscaling`: Auto Scaling has launched or terminated an instance. A second chance for the state change, by another way.
    - `ecs_tasks`: a task in network mode awsvpc gets or gives back its interface.
    - `api_calls`: calls of EC2 that attach or create an interface, tag an instance or change its attributes. They are on the bus only where a CloudTrail trail logs management events (write-only will do) of this region; without one the rule never matches.
    - `tag_changes`: the tags of an instance change. Needs no trail.
    Default all of them: a rule that nothing matches is free, and one that matches costs a message, its share of a run and of one describe (about 2 $ per million). Leave out what your `sources` cannot be changed by, such as `tag_changes` when none goes by tags. Without any, the sweep alone keeps the sessions, once per `schedule_expression`.
  EOT
  type        = set(string)
  default     = ["ec2_state_change", "autoscaling", "ecs_tasks", "api_calls", "tag_changes"]
  nullable    = false
}

variable "schedule_expression" {
  description = "How often the sweep runs, `rate(1 minute)` to `rate(6 hours)`. Events are delivered at least once at best, so this is the longest time that a missed change stays unseen. Default rate(1 minute). Null: no schedule, and no alarm when no sweep runs; then something else must invoke the sweep."
  type        = string
  default     = "rate(1 minute)"
}

variable "mode" {
  description = "`enforce`: sessions are made, changed and removed. `observe`: everything is planned, logged and counted, and nothing changes. `drain`: all sessions of this controller are removed and none is made. Default enforce."
  type        = string
  default     = "enforce"
  nullable    = false
}

variable "pace" {
  description = <<-EOT
    How fast sessions are made, changed and removed. EC2 grants an account 50 mutations at once and 5 a second from then on, per region and action (EC2 Developer Guide, "Request throttling for the Amazon EC2 API"), shared with every other tool there. The defaults take all of it and no more: events lane and sweep lane together 5 a second and 45 at once, so that a backfill of thousands (4.5 a second) never delays a new instance; of a burst of more than 40 new interfaces the next sweep makes the rest.
    - `events_per_second` (default 0.5), `events_burst` (default 40): of the events lane in all; each of its concurrent runs gets its share.
    - `sweep_per_second` (default 4.5), `sweep_burst` (default 5): of the sweep, which runs one at a time.
    - `events_maximum_concurrency` (default 2, at least 2): runs of the events lane at the same time.
    Raise them when AWS has raised the account's limits.
  EOT
  type = object({
    events_per_second          = optional(number, 0.5)
    events_burst               = optional(number, 40)
    sweep_per_second           = optional(number, 4.5)
    sweep_burst                = optional(number, 5)
    events_maximum_concurrency = optional(number, 2)
  })
  default  = {}
  nullable = false
}

variable "brakes" {
  description = <<-EOT
    What keeps a mistake small.
    - `removal_percent` (default 20), `removal_minimum` (default 10): a run that would remove more than this share of our sessions, and more than this number, removes none and an alarm rings. 100 takes the brake off.
    - `acknowledged_until`: a time (RFC 3339, such as 2030-01-31T12:00:00Z) until which such a removal is wanted. Default null.
    - `rollout_percent` (default 100): the share of the selected interfaces that is mirrored, by a stable hash, for a first rollout.
    - `max_sessions`: the most sessions that this controller makes. Default null: no ceiling but the quota.
  EOT
  type = object({
    removal_percent    = optional(number, 20)
    removal_minimum    = optional(number, 10)
    acknowledged_until = optional(string)
    rollout_percent    = optional(number, 100)
    max_sessions       = optional(number)
  })
  default  = {}
  nullable = false
}

variable "session_quota" {
  description = "How many mirror sessions the account may hold in the region, for the alarm at 80 % and for deciding by rule order when not all fit. Default 10000, AWS's quota; give less where several controllers share it."
  type        = number
  default     = 10000
  nullable    = false
}

variable "mirroring_skipped_alarm" {
  description = "Whether two alarms ring when instances of this account and region had no bandwidth left for mirroring, so that packets of sources were not copied. Default false, because of the price: such an alarm is a query over the metrics of all instances, and CloudWatch charges for each metric that it analyses (0.10 $ a month), with at most 10,000. docs/operations.md has the query for looking without an alarm."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_level" {
  description = "`DEBUG`, `INFO`, `WARN` or `ERROR`. Default INFO: one line per decision that changed something, and a summary per run."
  type        = string
  default     = "INFO"
  nullable    = false
}

variable "memory_size" {
  description = "Memory of the functions in MB, 128 to 10240; CPU grows with it. Default 512 for `reconcile` (a cold start within a second or so) and 1024 for `sweep` (a region of 10,000 interfaces, with room)."
  type = object({
    reconcile = optional(number, 512)
    sweep     = optional(number, 1024)
  })
  default  = {}
  nullable = false
}

variable "reserved_concurrency" {
  description = "Concurrent executions reserved for `reconcile` and `sweep`; -1 reserves none. Default -1 for both, since a new account has ten in all and reserving any of them fails there. `sweep` needs 2: an apply or a person may start one while the schedule's runs."
  type = object({
    reconcile = optional(number, -1)
    sweep     = optional(number, -1)
  })
  default  = {}
  nullable = false
}

variable "architecture" {
  description = "`arm64` or `x86_64`. Default arm64, which is a fifth cheaper for the same work."
  type        = string
  default     = "arm64"
  nullable    = false
}

variable "runtime" {
  description = "Lambda runtime of the functions: `nodejs22.x` or a later one. Default nodejs22.x, which the bundles are built for and tested on."
  type        = string
  default     = "nodejs22.x"
  nullable    = false
}

variable "tracing_mode" {
  description = "X-Ray: `PassThrough` or `Active`. Default PassThrough: each run is a batch or a sweep of its own with no caller to be traced from, its log and metrics say where time went, and traces are billed."
  type        = string
  default     = "PassThrough"
  nullable    = false
}

variable "lambda_package" {
  description = "Where the functions' zips are taken from instead of this repository, for organisations whose code must come from a bucket of theirs: `s3_bucket`, and `s3_key_prefix`, what stands before `reconcile.zip` and `sweep.zip` in the key. Put the version into the prefix: a changed key is what makes Lambda fetch. Default null: the zips in this repository."
  type = object({
    s3_bucket     = string
    s3_key_prefix = optional(string, "")
  })
  default = null
}

variable "log_retention_days" {
  description = "Days that the functions' logs are kept: a value that CloudWatch Logs knows (1, 3, 5, 7, 14, 30, 60, 90 … 3653), or 0 for ever. Default 30."
  type        = number
  default     = 30
  nullable    = false
}
