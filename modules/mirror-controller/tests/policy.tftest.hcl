# What the policy document says, and how it is put into parameters.

mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  name = "mirror"
  vpcs = {
    prod = {
      vpc_id    = "vpc-0123456789abcdef0"
      vni       = 100
      filter_id = "tmf-0123456789abcdef0"
      targets = {
        a = { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" }
        b = { target_id = "tmt-0123456789abcdef1", availability_zone = "eu-west-1b" }
      }
    }
  }
}

run "the_document_without_optional_inputs_mirrors_all_of_the_vpcs" {
  command = plan

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value)) == jsonencode({
      version = 1
      vpcs = [{
        key       = "prod"
        vpc_id    = "vpc-0123456789abcdef0"
        filter_id = "tmf-0123456789abcdef0"
        vni       = 100
        targets = [
          { target_id = "tmt-0123456789abcdef0", availability_zone = "eu-west-1a" },
          { target_id = "tmt-0123456789abcdef1", availability_zone = "eu-west-1b" },
        ]
      }]
      filters = []
      sources = null
      exclude = { tags = [], subnet_ids = [], instance_ids = [], network_interface_ids = [], autoscaling_group_names = [] }
      options = {
        stopped_instances = "remove"
        allow_cross_zone  = true
        requester_managed = { rds = false, elasticache = false }
        fargate           = false
        accept_sharing    = false
        instance_types    = {}
      }
      lifecycle_hooks = []
    })
    error_message = "The document is ${aws_ssm_parameter.policy.insecure_value}"
  }

  assert {
    condition     = aws_ssm_parameter.policy.name == "/mirror/policy" && aws_ssm_parameter.policy.type == "String" && length(aws_ssm_parameter.policy_part) == 0
    error_message = "A small document must be one plain parameter."
  }
}

run "a_rule_is_written_with_everything_it_may_say" {
  command = plan

  variables {
    sources = {
      tags = [
        {
          name               = "web"
          tags               = { Mirror = "true", Team = null }
          match              = "any"
          filter_id          = "tmf-0123456789abcdef9"
          target_id          = "tmt-0123456789abcdef9"
          packet_length      = 55
          virtual_network_id = 16777215
          session_number     = 32766
          interfaces         = "primary"
          on                 = "guardduty"
        },
        { tags = { Mirror = "true" }, outrank = true },
      ]
      subnets = [{ subnet_id = "subnet-0123456789abcdef0", packet_length = 8500 }]
      vpcs    = [{ vpc_id = "vpc-0123456789abcdef0" }]
    }
  }

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).sources.tags[0]) == jsonencode({
      name               = "web"
      tags               = { Mirror = "true", Team = null }
      match              = "any"
      filter_id          = "tmf-0123456789abcdef9"
      target_id          = "tmt-0123456789abcdef9"
      packet_length      = 55
      virtual_network_id = 16777215
      session_number     = 32766
      interfaces         = "primary"
      on                 = "guardduty"
    })
    error_message = "The rule is ${jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).sources.tags[0])}"
  }

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).sources.subnets[0]) == jsonencode({
      name          = "subnets[0]"
      subnet_id     = "subnet-0123456789abcdef0"
      packet_length = 8500
    })
    error_message = "What is not said must be left out, and the name must be the position."
  }

  assert {
    condition = [
      for rule in jsondecode(aws_ssm_parameter.policy.insecure_value).sources.tags : lookup(rule, "outrank", false)
    ] == [false, true]
    error_message = "A rule that is to outrank must say so, and no other."
  }

  assert {
    condition = [
      for rule in concat(
        jsondecode(aws_ssm_parameter.policy.insecure_value).sources.tags,
        jsondecode(aws_ssm_parameter.policy.insecure_value).sources.vpcs,
      ) : rule.name
    ] == ["web", "tags[1]", "vpcs[0]"]
    error_message = "A rule without a name must be named by its position."
  }
}

run "sources_with_no_rule_stay_three_empty_lists" {
  command = plan

  variables {
    sources = {}
  }

  assert {
    condition     = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).sources) == jsonencode({ tags = [], subnets = [], vpcs = [] })
    error_message = "No rule mirrors nothing, which is not the same as null."
  }
}

run "targets_by_tag_are_left_out_of_the_document" {
  command = plan

  variables {
    vpcs = {
      prod = {
        vpc_id                = "vpc-0123456789abcdef0"
        filter_id             = "tmf-0123456789abcdef0"
        endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      }
    }
  }

  assert {
    condition = (
      keys(jsondecode(aws_ssm_parameter.policy.insecure_value).vpcs[0]) == ["endpoint_service_name", "filter_id", "key", "vpc_id"] &&
      jsondecode(aws_ssm_parameter.policy.insecure_value).vpcs[0].endpoint_service_name == "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    )
    error_message = "Without targets the document must name the service, and nothing that is null."
  }
}

run "filters_that_are_alike_are_declared_once" {
  command = plan

  variables {
    vpcs = { for key in ["a", "b", "c", "own"] : key => {
      vpc_id                = "vpc-0123456789abcde${index(["a", "b", "c", "own"], key)}"
      filter_id             = "tmf-0123456789abcde${index(["a", "b", "c", "own"], key)}"
      endpoint_service_name = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
      filter = key == "own" ? null : {
        ingress          = [{ rule_number = 100, source_cidr_block = "0.0.0.0/0", destination_cidr_block = key == "c" ? "10.0.0.0/8" : "0.0.0.0/0" }]
        network_services = ["amazon-dns"]
      }
    } }
  }

  assert {
    condition = { for filter in jsondecode(aws_ssm_parameter.policy.insecure_value).filters : join(" ", filter.filter_ids) => filter.ingress[0] } == {
      for ids, block in { "tmf-0123456789abcde0 tmf-0123456789abcde1" = "0.0.0.0/0", "tmf-0123456789abcde2" = "10.0.0.0/8" } : ids => {
        rule_number                                                   = 100
        rule_action                                                   = "accept"
        protocol                                                      = null
        source_cidr_block                                             = "0.0.0.0/0"
        destination_cidr_block                                        = block
        source_port_range                                             = null
        destination_port_range                                        = null
      }
    }
    error_message = "The document is ${aws_ssm_parameter.policy.insecure_value}"
  }
}

run "excludes_and_options_reach_the_document" {
  command = plan

  variables {
    exclude = {
      tags                    = [{ tags = { Mirror = "false" } }]
      subnet_ids              = ["subnet-0123456789abcdef0"]
      instance_ids            = ["i-0123456789abcdef0"]
      network_interface_ids   = ["eni-0123456789abcdef0"]
      autoscaling_group_names = ["sensors"]
    }
    stopped_instances = "keep"
    allow_cross_zone  = false
    requester_managed = { rds = true }
    fargate           = true
    accept_sharing    = true
    instance_types    = { "m8g.*" = true, "t3.nano" = false }
  }

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).exclude) == jsonencode({
      tags                    = [{ tags = { Mirror = "false" }, match = "all" }]
      subnet_ids              = ["subnet-0123456789abcdef0"]
      instance_ids            = ["i-0123456789abcdef0"]
      network_interface_ids   = ["eni-0123456789abcdef0"]
      autoscaling_group_names = ["sensors"]
    })
    error_message = "exclude must be in the document as it was given."
  }

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).options) == jsonencode({
      stopped_instances = "keep"
      allow_cross_zone  = false
      requester_managed = { rds = true, elasticache = false }
      fargate           = true
      accept_sharing    = true
      instance_types    = { "m8g.*" = true, "t3.nano" = false }
    })
    error_message = "The options must be in the document as they were given."
  }
}

run "hooks_reach_the_document_with_their_name" {
  command = plan

  variables {
    lifecycle_hooks = {
      web   = { autoscaling_group_name = "web" }
      batch = { autoscaling_group_name = "batch", hook_name = "seen", when_not_mirrored = "abandon", abandons_per_hour = 5 }
    }
  }

  assert {
    condition = jsonencode(jsondecode(aws_ssm_parameter.policy.insecure_value).lifecycle_hooks) == jsonencode([
      { autoscaling_group_name = "batch", hook_name = "seen", when_not_mirrored = "abandon", abandons_per_hour = 5 },
      { autoscaling_group_name = "web", hook_name = "mirror-mirror", when_not_mirrored = "continue", abandons_per_hour = 3 },
    ])
    error_message = "What completes a hook must know it by its name: ${aws_ssm_parameter.policy.insecure_value}"
  }
}

run "twenty_hooks_with_the_longest_names_fit_into_what_is_estimated" {
  command = plan

  # One hook in the pattern alone is what EventBridge takes of such names; the estimate is for the list's length.
  variables {
    lifecycle_hooks = { for index in range(20) : "group-${index}" => { autoscaling_group_name = "group-${index}", hook_name = "hook-${index}" } }
  }

  assert {
    condition     = local.parts >= ceil((local.document_bytes + 20 * (255 - 8 + 255 - 7)) / local.chunk_ascii)
    error_message = "Each hook must be estimated with two names of 255 characters: ${local.parts} parts."
  }
}

run "a_document_above_4096_bytes_is_split_and_its_parts_join_to_it" {
  command = plan

  variables {
    exclude = { autoscaling_group_names = [for index in range(40) : format("group-%0200d", index)] }
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.policy.insecure_value) == {
      parts  = 3
      digest = sha256(local.document)
    }
    error_message = "The head must name the parts and the digest: ${aws_ssm_parameter.policy.insecure_value}"
  }

  assert {
    condition = join("", [
      for part in range(3) : trimsuffix(trimprefix(aws_ssm_parameter.policy_part[tostring(part + 1)].insecure_value, "${sha256(local.document)}|"), "|")
    ]) == local.document
    error_message = "The chunks between the bars must join to the document."
  }

  assert {
    condition     = alltrue([for part in values(aws_ssm_parameter.policy_part) : length(part.insecure_value) <= 4096])
    error_message = "A standard parameter holds 4,096 bytes."
  }

  assert {
    condition     = aws_ssm_parameter.policy_part["3"].name == "/mirror/policy/3"
    error_message = "Parts are named by their number."
  }

  assert {
    condition     = length(jsondecode(local.document).exclude.autoscaling_group_names) == 40
    error_message = "The document must hold all of it."
  }
}

run "parameters_that_were_estimated_for_more_stay_unused" {
  command = plan

  # Estimated with 255 characters each, in truth with 7.
  variables {
    exclude = { autoscaling_group_names = [for index in range(20) : format("group-%d", index)] }
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.policy.insecure_value).version == 1
    error_message = "A document that fits into one parameter must stay whole."
  }

  assert {
    condition     = length(aws_ssm_parameter.policy_part) == 2 && alltrue([for part in values(aws_ssm_parameter.policy_part) : part.insecure_value == "unused"])
    error_message = "What is not needed must say so."
  }
}

run "a_document_of_wide_characters_keeps_its_parts_within_4096_bytes" {
  command = plan

  variables {
    sources      = { tags = [for index in range(15) : { tags = { "Umgebung ${index}" = join("", [for repeat in range(100) : "日本"]) } }] }
    policy_parts = 10
  }

  assert {
    condition     = alltrue([for part in values(aws_ssm_parameter.policy_part) : length(base64encode(part.insecure_value)) * 3 / 4 <= 4098])
    error_message = "Parts are measured in bytes, not in characters."
  }

  assert {
    condition = join("", [
      for part in range(jsondecode(aws_ssm_parameter.policy.insecure_value).parts) :
      trimsuffix(trimprefix(aws_ssm_parameter.policy_part[tostring(part + 1)].insecure_value, "${sha256(local.document)}|"), "|")
    ]) == local.document
    error_message = "The chunks between the bars must join to the document."
  }
}

run "ids_may_be_unknown_at_plan" {
  command = plan

  module {
    source = "./tests/unknown-ids"
  }

  assert {
    condition     = output.policy_parameter_name == "/mirror/policy"
    error_message = "What does not depend on ids must be known at plan."
  }
}
