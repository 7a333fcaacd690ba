# The functions as Lambda sees them.

locals {
  # Period by function: long enough for a sweep in each.
  watched_functions = {
    reconcile = { name = module.reconcile.function_name, timeout = local.reconcile_timeout, period = 300 }
    requests  = { name = module.requests.function_name, timeout = local.requests_timeout, period = 300 }
    sweep     = { name = module.sweep.function_name, timeout = local.sweep_timeout, period = local.sweep_period }
  }

  function_alarms = merge(
    { for key, function in local.watched_functions : "${key}-errors" => {
      problem    = "The function ${key} failed in two of three periods of ${function.period / 60} minutes."
      section    = "errors"
      namespace  = "AWS/Lambda"
      metric     = "Errors"
      dimensions = { FunctionName = function.name }
      period     = function.period
      threshold  = 1
      periods    = 3
      datapoints = 2
      # No run, no error; no sweep is sweep-not-run's.
      missing = "notBreaching"
    } },
    { for key, function in local.watched_functions : "${key}-throttles" => {
      problem = join(" ", [
        "Lambda did not let the function ${key} run in two of three periods of ${function.period / 60} minutes:",
        "the account's or the function's concurrent executions were used up.",
      ])
      section    = "throttles"
      namespace  = "AWS/Lambda"
      metric     = "Throttles"
      dimensions = { FunctionName = function.name }
      period     = function.period
      threshold  = 1
      periods    = 3
      datapoints = 2
      # No call, no throttle.
      missing = "notBreaching"
    } },
    { for key, function in local.watched_functions : "${key}-near-time-limit" => {
      problem    = "A run of the function ${key} took 95 % of its ${function.timeout} seconds or more."
      section    = "near-time-limit"
      namespace  = "AWS/Lambda"
      metric     = "Duration"
      dimensions = { FunctionName = function.name }
      statistic  = "Maximum"
      period     = function.period
      threshold  = 950 * function.timeout
      # No run takes no time.
      missing = "notBreaching"
    } },
    {
      # The schedule's sweeps are not repeated; one that fails or finds no concurrency ends here.
      sweep-dropped = {
        problem = join(" ", [
          "Lambda dropped calls of the function sweep in two of three periods of ${local.sweep_period / 60} minutes:",
          "they failed, or waited for more than a minute.",
        ])
        namespace  = "AWS/Lambda"
        metric     = "AsyncEventsDropped"
        dimensions = { FunctionName = module.sweep.function_name }
        period     = local.sweep_period
        threshold  = 1
        periods    = 3
        datapoints = 2
        # Nothing dropped, nothing written.
        missing = "notBreaching"
      }
    },
    var.schedule_expression == null ? {} : {
      sweep-not-run = {
        problem    = "No sweep ran for ${max(10, 3 * local.schedule_minutes)} minutes: what events missed stays unseen."
        namespace  = "AWS/Lambda"
        metric     = "Invocations"
        dimensions = { FunctionName = module.sweep.function_name }
        comparison = "LessThanThreshold"
        period     = 60 * max(10, 3 * local.schedule_minutes)
        threshold  = 1
        # Lambda writes nothing for a function that is not invoked: silence is the trouble itself.
        missing = "breaching"
      }
    },
  )
}
