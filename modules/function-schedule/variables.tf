variable "identity" {
  description = "Where the function is: the outputs of modules/identity, all of them."
  type = object({
    arns               = map(string)
    service_principals = map(string)
  })
  nullable = false
}

variable "name" {
  description = "Name of the event rule: 1 to 64 letters, digits, dots, hyphens and underscores."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, dots, hyphens and underscores: EventBridge takes no other name of a rule."
  }
}

variable "description" {
  description = "What the rule starts, shown in the console. At most 512 characters."
  type        = string
  nullable    = false

  validation {
    condition     = length(var.description) <= 512
    error_message = "description must be at most 512 characters long."
  }
}

variable "schedule_expression" {
  description = "How often the function is started: a rate such as rate(1 minute), which is the shortest that EventBridge has."
  type        = string
  nullable    = false

  validation {
    condition = (
      can(regex("^rate\\((1 minute|1 hour|[1-9][0-9]* minutes|[1-9][0-9]* hours)\\)$", var.schedule_expression)) &&
      !can(regex("^rate\\(1 (minutes|hours)\\)$", var.schedule_expression))
    )
    error_message = <<-EOT
      schedule_expression must be a rate such as rate(1 minute), rate(5 minutes) or rate(1 hour); EventBridge wants 1 with
      the singular.
    EOT
  }
}

variable "function_name" {
  description = "Name of the function: an output of modules/lambda-function, so that the rule comes after it."
  type        = string
  nullable    = false
}

variable "function_arn" {
  description = "ARN of the function, without a version."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of the rule. Default none."
  type        = map(string)
  default     = {}
  nullable    = false
}
