variable "scaling" {
  description = <<-EOT
    How the number of nodes follows the traffic, within the fleet's smallest and largest number. A node added does not
    take flows that others have until these pause for 120 s, so this scales early and in large steps.

    - `network_in_mbps`: traffic a node is to have, in Mbps. Default null: `network_share` of the baseline bandwidth
      that AWS documents for the smallest of `instance_types` (a type that this module does not know needs the
      number).
    - `network_share`: percent of that baseline, 1 to 100. Default 55: beyond the baseline a node lives on credits,
      and what comes too fast is lost.
    - `cpu_percent`: processor time a node is to have, 10 to 100. Default 60.
    - `drop_percent`: share of packets that the tool loses, in percent, from which the group grows by half at once,
      and from ten times as much, doubles. More than 0, at most 10. Default 0.1. This comes late, after loss: it is
      the last of three.
    - `warmup_seconds`: time from a node's start until its figures count, 0 to 3600. Default 180.
    - `weights`: by instance type, how many nodes it counts for, 1 to 999; give it to all types or to none. Default
      none: each counts for one.
    - `on_demand_base`, `spot_percent`: nodes that are always on-demand, and the share of those beyond which may be
      spot, in percent. Defaults 0 and 0: no spot. AWS takes a spot node back at two minutes' notice, in which its
      flows are lost until they move.
    - `warm_pool`: nodes kept ready outside of the group, not with spot. Stopped ones cost their disks only, and are
      in service sooner by boot and installation. Default null: none.
      - `state`: `Stopped` or `Running`. Default Stopped.
      - `min_size`: of the pool. Default 0.
      - `max_prepared`: most nodes in group and pool. Default null: the largest number of the group.
    - `schedules`: sizes by the clock, by a key of your own choice. Default none.
      - `recurrence`: cron, five fields.
      - `time_zone`: IANA. Default Etc/UTC.
      - `min_size`, `max_size`, `desired_capacity`: any of them.
    - `refresh`: how nodes are replaced after a change. It waits at each of `checkpoint_percentages` (default [50,
      100]) for `checkpoint_delay_seconds` (0 to 172800, default 300), in which alarms can be seen.
  EOT
  type = object({
    network_in_mbps = optional(number)
    network_share   = optional(number, 55)
    cpu_percent     = optional(number, 60)
    drop_percent    = optional(number, 0.1)
    warmup_seconds  = optional(number, 180)
    weights         = optional(map(number), {})
    on_demand_base  = optional(number, 0)
    spot_percent    = optional(number, 0)
    warm_pool = optional(object({
      state        = optional(string, "Stopped")
      min_size     = optional(number, 0)
      max_prepared = optional(number)
    }))
    schedules = optional(map(object({
      recurrence       = string
      time_zone        = optional(string, "Etc/UTC")
      min_size         = optional(number)
      max_size         = optional(number)
      desired_capacity = optional(number)
    })), {})
    refresh = optional(object({
      checkpoint_percentages   = optional(list(number), [50, 100])
      checkpoint_delay_seconds = optional(number, 300)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.scaling.network_in_mbps == null ? true : var.scaling.network_in_mbps > 0
    error_message = "The attribute network_in_mbps of scaling must be null or more than 0."
  }

  validation {
    condition     = var.scaling.network_in_mbps != null || alltrue([for type in var.instance_types : contains(keys(local.instance_facts), type)])
    error_message = <<-EOT
      Give the attribute network_in_mbps of scaling: the baseline bandwidth of one of instance_types is
      not among those that this module knows (inputs/capacity-facts.tf).
    EOT
  }

  validation {
    condition = (
      var.scaling.network_share >= 1 && var.scaling.network_share <= 100 &&
      var.scaling.cpu_percent >= 10 && var.scaling.cpu_percent <= 100
    )
    error_message = "In scaling, network_share must be from 1 to 100 percent and cpu_percent from 10 to 100."
  }

  validation {
    condition     = var.scaling.drop_percent > 0 && var.scaling.drop_percent <= 10
    error_message = "The attribute drop_percent of scaling must be more than 0 and at most 10."
  }

  validation {
    condition     = var.scaling.warmup_seconds >= 0 && var.scaling.warmup_seconds <= 3600
    error_message = "The attribute warmup_seconds of scaling must be from 0 to 3600."
  }

  validation {
    condition     = length(var.scaling.weights) == 0 || toset(keys(var.scaling.weights)) == toset(var.instance_types)
    error_message = "The attribute weights of scaling must have an entry for each of instance_types and no other, or none."
  }

  validation {
    condition     = alltrue([for weight in values(var.scaling.weights) : weight >= 1 && weight <= 999 && floor(weight) == weight])
    error_message = "Every entry of weights in scaling must be a whole number from 1 to 999."
  }

  validation {
    condition = (
      var.scaling.spot_percent >= 0 && var.scaling.spot_percent <= 100 &&
      var.scaling.on_demand_base >= 0 && floor(var.scaling.on_demand_base) == var.scaling.on_demand_base
    )
    error_message = "In scaling, spot_percent must be from 0 to 100 and on_demand_base a whole number from 0."
  }

  validation {
    condition     = var.scaling.warm_pool == null || var.scaling.spot_percent == 0
    error_message = <<-EOT
      The attributes warm_pool and spot_percent of scaling exclude each other: a warm pool takes no spot
      instances (EC2 Auto Scaling, "Warm pools").
    EOT
  }

  validation {
    condition = var.scaling.warm_pool == null ? true : (
      contains(["Stopped", "Running"], var.scaling.warm_pool.state) &&
      var.scaling.warm_pool.min_size >= 0 &&
      (var.scaling.warm_pool.max_prepared == null ? true : var.scaling.warm_pool.max_prepared >= var.min_size)
    )
    error_message = <<-EOT
      In warm_pool of scaling, state must be "Stopped" or "Running", min_size at least 0 and max_prepared
      null or at least min_size.
    EOT
  }

  validation {
    condition     = alltrue([for schedule in values(var.scaling.schedules) : length(split(" ", schedule.recurrence)) == 5])
    error_message = "Every recurrence of schedules in scaling must be a cron expression of five fields, such as \"0 7 * * MON-FRI\"."
  }

  validation {
    condition = alltrue([
      for schedule in values(var.scaling.schedules) :
      anytrue([for size in [schedule.min_size, schedule.max_size, schedule.desired_capacity] : size != null]) &&
      coalesce(schedule.min_size, var.min_size) >= 1 &&
      coalesce(schedule.min_size, 1) <= coalesce(schedule.max_size, var.max_size) &&
      coalesce(schedule.desired_capacity, var.max_size) >= coalesce(schedule.min_size, 1) &&
      coalesce(schedule.desired_capacity, 1) <= coalesce(schedule.max_size, var.max_size)
    ])
    error_message = <<-EOT
      Every entry of schedules in scaling must give at least one size; min_size must be at least 1, and
      desired_capacity between min_size and max_size.
    EOT
  }

  validation {
    condition = length(var.scaling.refresh.checkpoint_percentages) > 0 && alltrue([
      for index, percent in var.scaling.refresh.checkpoint_percentages :
      percent >= 1 && percent <= 100 && (index == 0 ? true : percent > var.scaling.refresh.checkpoint_percentages[max(index - 1, 0)])
    ])
    error_message = "In refresh of scaling, checkpoint_percentages must be rising numbers from 1 to 100."
  }

  validation {
    condition     = var.scaling.refresh.checkpoint_delay_seconds >= 0 && var.scaling.refresh.checkpoint_delay_seconds <= 172800
    error_message = "In refresh of scaling, checkpoint_delay_seconds must be from 0 to 172800 (two days)."
  }
}

variable "hooks" {
  description = <<-EOT
    How long a node may take to come and to go.

    - `launch_timeout_seconds`: from its start until a synthetic packet has come out of its data path, 60 to 7200; a
      node that has not said so by then is replaced. Default 600.
    - `terminate_timeout_seconds`: after which a leaving node that gives no sign of life is terminated, 120 to 7200;
      while it uploads, it gives one each minute. Default 300.
    - `drain_limit_seconds`: after which a leaving node gives up what it could not upload, and says so, 60 to 28800
      and at most 100 times `terminate_timeout_seconds`. Default 7200.
  EOT
  type = object({
    launch_timeout_seconds    = optional(number, 600)
    terminate_timeout_seconds = optional(number, 300)
    drain_limit_seconds       = optional(number, 7200)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.hooks.launch_timeout_seconds >= 60 && var.hooks.launch_timeout_seconds <= 7200
    error_message = "The attribute launch_timeout_seconds of hooks must be from 60 to 7200."
  }

  validation {
    condition     = var.hooks.terminate_timeout_seconds >= 120 && var.hooks.terminate_timeout_seconds <= 7200
    error_message = "The attribute terminate_timeout_seconds of hooks must be from 120, two heartbeats, to 7200."
  }

  validation {
    # A hook ends for good after 100 times its timeout (EC2 Auto Scaling, "Lifecycle hooks").
    condition = (
      var.hooks.drain_limit_seconds >= 60 && var.hooks.drain_limit_seconds <= 28800 &&
      var.hooks.drain_limit_seconds <= 100 * var.hooks.terminate_timeout_seconds
    )
    error_message = <<-EOT
      The attribute drain_limit_seconds of hooks must be from 60 to 28800 and at most 100 times
      terminate_timeout_seconds, at which Auto Scaling ends the hook.
    EOT
  }
}
