mock_provider "aws" {
  source = "./tests/mocks"
}

override_data {
  target = data.aws_subnet.this["one"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.1.0/24"
    availability_zone    = "eu-west-1a"
    availability_zone_id = "euw1-az1"
  }
}

override_data {
  target = data.aws_subnet.this["two"]
  values = {
    vpc_id               = "vpc-0123456789abcdef0"
    cidr_block           = "10.0.2.0/24"
    availability_zone    = "eu-west-1b"
    availability_zone_id = "euw1-az2"
  }
}

variables {
  name   = "capture"
  vpc_id = "vpc-0123456789abcdef0"
  subnets = {
    one = "subnet-00000000000000001"
    two = "subnet-00000000000000002"
  }
}

run "a_gateway_load_balancer_spans_the_given_subnets_and_their_zones" {
  assert {
    condition     = aws_lb.this.load_balancer_type == "gateway" && aws_lb.this.name == "capture"
    error_message = "The load balancer must be a gateway with the fleet's name."
  }

  assert {
    condition     = aws_lb.this.subnets == toset(["subnet-00000000000000001", "subnet-00000000000000002"])
    error_message = "The load balancer must be in all given subnets."
  }

  assert {
    condition     = aws_lb.this.enable_cross_zone_load_balancing == true && aws_lb.this.enable_deletion_protection == false
    error_message = "Cross-zone is on and deletion protection off unless asked for."
  }

  assert {
    condition = (
      aws_lb_listener.this.load_balancer_arn == aws_lb.this.arn &&
      aws_lb_listener.this.default_action[0].type == "forward" &&
      aws_lb_listener.this.default_action[0].target_group_arn == aws_lb_target_group.this.arn
    )
    error_message = "The listener must forward everything to the target group."
  }
}

run "the_target_group_is_geneve_with_an_http_health_check" {
  assert {
    condition = (
      aws_lb_target_group.this.protocol == "GENEVE" &&
      aws_lb_target_group.this.port == 6081 &&
      aws_lb_target_group.this.target_type == "instance"
    )
    error_message = "The target group must take GENEVE on 6081 to instances."
  }

  assert {
    condition = (
      aws_lb_target_group.this.health_check[0].protocol == "HTTP" &&
      aws_lb_target_group.this.health_check[0].port == "8080" &&
      aws_lb_target_group.this.health_check[0].path == "/healthz" &&
      aws_lb_target_group.this.health_check[0].matcher == "200"
    )
    error_message = "The health check must ask by HTTP on 8080 for /healthz and take 200 only."
  }

  assert {
    condition = (
      aws_lb_target_group.this.health_check[0].interval == 10 &&
      aws_lb_target_group.this.health_check[0].timeout == 5 &&
      aws_lb_target_group.this.health_check[0].healthy_threshold == 2 &&
      aws_lb_target_group.this.health_check[0].unhealthy_threshold == 2
    )
    error_message = "The health check's default pace must find a dead node in about 20 s."
  }
}

run "flows_leave_nodes_that_die_or_go" {
  assert {
    condition = (
      aws_lb_target_group.this.target_failover[0].on_deregistration == "rebalance" &&
      aws_lb_target_group.this.target_failover[0].on_unhealthy == "rebalance"
    )
    error_message = "Both failovers must be rebalance."
  }

  assert {
    condition     = aws_lb_target_group.this.deregistration_delay == "60"
    error_message = "The deregistration delay must be 60 s."
  }
}

run "by_default_the_two_addresses_choose_the_node" {
  assert {
    condition     = aws_lb_target_group.this.stickiness[0].enabled == true && aws_lb_target_group.this.stickiness[0].type == "source_ip_dest_ip"
    error_message = "The default stickiness must be source_ip_dest_ip."
  }
}

run "stickiness_by_three_fields_can_be_asked_for" {
  variables {
    stickiness = "source_ip_dest_ip_proto"
  }

  assert {
    condition = (
      aws_lb_target_group.this.stickiness[0].enabled == true &&
      aws_lb_target_group.this.stickiness[0].type == "source_ip_dest_ip_proto"
    )
    error_message = "The stickiness must be source_ip_dest_ip_proto."
  }
}

run "stickiness_none_leaves_the_choice_to_all_five_fields" {
  variables {
    stickiness = "none"
  }

  assert {
    condition     = aws_lb_target_group.this.stickiness[0].enabled == false
    error_message = "The stickiness must be off."
  }
}

run "the_health_check_can_be_moved_and_the_security_group_and_the_node_follow" {
  variables {
    health_check = {
      port         = 9000
      path         = "/ready"
      grace_period = 600
    }
  }

  assert {
    condition     = aws_lb_target_group.this.health_check[0].port == "9000" && aws_lb_target_group.this.health_check[0].path == "/ready"
    error_message = "The health check must use the given port and path."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.health : rule.from_port == 9000 && rule.to_port == 9000])
    error_message = "The security group must open the given port."
  }

  assert {
    condition     = local.node_settings.health_port == 9000 && local.node_settings.health_path == "/ready"
    error_message = "The node must answer where the load balancer asks."
  }

  assert {
    condition     = aws_autoscaling_group.this["all"].health_check_grace_period == 600
    error_message = "The group must wait as long as asked for."
  }
}

run "cross_zone_and_deletion_protection_can_be_switched" {
  variables {
    cross_zone_load_balancing = false
    deletion_protection       = true
  }

  assert {
    condition     = aws_lb.this.enable_cross_zone_load_balancing == false && aws_lb.this.enable_deletion_protection == true
    error_message = "Both switches must reach the load balancer."
  }
}

run "nobody_may_connect_without_clients_and_the_bus_has_no_policy" {
  assert {
    condition     = length(aws_vpc_endpoint_service.this.allowed_principals) == 0
    error_message = "Without clients the list of principals must be empty."
  }

  assert {
    condition     = length(aws_cloudwatch_event_bus_policy.this) == 0
    error_message = "Without clients the bus must have no policy."
  }
}

run "clients_are_the_principals_each_once_and_need_no_acceptance" {
  variables {
    clients = {
      own     = { account_id = "111122223333" }
      payment = { account_id = "004455667788", vnis = { main = 101 } }
      again   = { account_id = "004455667788", vnis = { main = 102 } }
    }
  }

  assert {
    condition = aws_vpc_endpoint_service.this.allowed_principals == toset([
      "arn:aws:iam::111122223333:root", "arn:aws:iam::004455667788:root",
    ])
    error_message = "The principals must be the roots of the clients' accounts, each once."
  }

  assert {
    condition = (
      aws_vpc_endpoint_service.this.acceptance_required == false &&
      aws_vpc_endpoint_service.this.gateway_load_balancer_arns == toset([aws_lb.this.arn])
    )
    error_message = "The service must be of this load balancer and accept by itself."
  }
}

run "only_client_accounts_may_put_events_of_this_product_on_the_bus" {
  variables {
    clients = {
      payment = { account_id = "004455667788" }
    }
  }

  assert {
    condition = (
      aws_cloudwatch_event_bus.this.name == "capture-hub" &&
      aws_cloudwatch_event_bus_policy.this[0].event_bus_name == "capture-hub"
    )
    error_message = "The policy must be on the hub's bus."
  }

  assert {
    condition = (
      one(data.aws_iam_policy_document.event_bus[0].statement[0].principals).identifiers ==
      toset(["arn:aws:iam::004455667788:root"])
    )
    error_message = "The policy must name the clients' accounts and nobody else."
  }

  assert {
    condition = (
      length(data.aws_iam_policy_document.event_bus[0].statement) == 1 &&
      data.aws_iam_policy_document.event_bus[0].statement[0].actions == toset(["events:PutEvents"]) &&
      data.aws_iam_policy_document.event_bus[0].statement[0].resources == toset([aws_cloudwatch_event_bus.this.arn])
    )
    error_message = "The policy must allow putting events on this bus only."
  }

  assert {
    condition = {
      for condition in data.aws_iam_policy_document.event_bus[0].statement[0].condition : "${condition.test} ${condition.variable}" => one(condition.values)
      } == {
      "ForAllValues:StringEquals events:source"    = "traffic-mirror.controller"
      "ForAllValues:StringLike events:detail-type" = "Mirror *"
      "Null events:source"                         = "false"
      "Null events:detail-type"                    = "false"
    }
    error_message = "The policy must allow what controllers report, and nothing else, not even beside a report in one call."
  }
}

run "nodes_require_imdsv2_have_encrypted_volumes_and_no_public_address" {
  assert {
    condition = (
      aws_launch_template.this["all"].metadata_options[0].http_tokens == "required" &&
      aws_launch_template.this["all"].metadata_options[0].http_put_response_hop_limit == 1 &&
      aws_launch_template.this["all"].metadata_options[0].http_endpoint == "enabled"
    )
    error_message = "The metadata service must require tokens and answer one hop away only."
  }

  assert {
    condition = (
      aws_launch_template.this["all"].block_device_mappings[0].device_name == "/dev/xvda" &&
      aws_launch_template.this["all"].block_device_mappings[0].ebs[0].encrypted == "true" &&
      aws_launch_template.this["all"].block_device_mappings[0].ebs[0].volume_type == "gp3" &&
      aws_launch_template.this["all"].block_device_mappings[0].ebs[0].volume_size == 20
    )
    error_message = "The root volume must be encrypted."
  }

  assert {
    condition = (
      aws_launch_template.this["all"].network_interfaces[0].associate_public_ip_address == "false" &&
      aws_launch_template.this["all"].network_interfaces[0].security_groups == toset([aws_security_group.this.id])
    )
    error_message = "The node's interface must have no public address and the node's security group."
  }

  assert {
    condition = (
      aws_launch_template.this["all"].iam_instance_profile[0].arn == aws_iam_instance_profile.node.arn &&
      aws_iam_instance_profile.node.role == aws_iam_role.node.name
    )
    error_message = "The node must have the node role."
  }
}

run "the_default_image_is_debian_13_of_the_types_architecture" {
  assert {
    condition = (
      aws_launch_template.this["all"].image_id == "resolve:ssm:/aws/service/debian/release/13/latest/amd64" &&
      aws_launch_template.this["all"].instance_type == "c6i.large"
    )
    error_message = "The default must be Debian 13 for amd64 on c6i.large."
  }
}

run "graviton_types_get_the_arm64_image" {
  variables {
    instance_types = ["c7gn.large", "im4gn.large", "a1.large"]
    scaling        = { network_in_mbps = 300 }
  }

  assert {
    condition = (
      aws_launch_template.this["all"].image_id == "resolve:ssm:/aws/service/debian/release/13/latest/arm64" &&
      strcontains(local.user_data["all"], "debian_arm64/amazon-ssm-agent.deb")
    )
    error_message = "Graviton types must get the arm64 image and agent."
  }
}

run "a_g_before_the_generation_is_a_graphics_family_and_not_graviton" {
  variables {
    instance_types = ["g4dn.xlarge", "g6e.xlarge"]
    scaling        = { network_in_mbps = 300 }
  }

  assert {
    condition     = aws_launch_template.this["all"].image_id == "resolve:ssm:/aws/service/debian/release/13/latest/amd64"
    error_message = "g4dn and g6e are amd64."
  }
}

run "a_given_image_is_used_and_lets_a_failed_refresh_roll_back" {
  variables {
    image_id         = "ami-0123456789abcdef0"
    root_device_name = "/dev/sda1"
    root_volume_size = 100
  }

  assert {
    condition     = aws_launch_template.this["all"].image_id == "ami-0123456789abcdef0"
    error_message = "The given image must be used."
  }

  assert {
    condition = (
      aws_launch_template.this["all"].block_device_mappings[0].device_name == "/dev/sda1" &&
      aws_launch_template.this["all"].block_device_mappings[0].ebs[0].volume_size == 100
    )
    error_message = "The root volume must be the one of the given image."
  }

  assert {
    condition     = aws_autoscaling_group.this["all"].instance_refresh[0].preferences[0].auto_rollback == true
    error_message = "With an AMI id a failed refresh must roll back."
  }
}

run "the_group_spans_the_subnets_and_replaces_what_the_load_balancer_calls_ill" {
  assert {
    condition = (
      aws_autoscaling_group.this["all"].vpc_zone_identifier == toset(["subnet-00000000000000001", "subnet-00000000000000002"]) &&
      aws_autoscaling_group.this["all"].min_size == 2 &&
      aws_autoscaling_group.this["all"].max_size == 4
    )
    error_message = "The group must span all subnets with 2 to 4 nodes."
  }

  assert {
    condition = (
      aws_autoscaling_group.this["all"].health_check_type == "ELB" &&
      aws_autoscaling_group.this["all"].target_group_arns == toset([aws_lb_target_group.this.arn]) &&
      aws_autoscaling_group.this["all"].health_check_grace_period == 300
    )
    error_message = "The group must register its nodes and trust the load balancer's health checks."
  }

  assert {
    condition = (
      aws_autoscaling_group.this["all"].launch_template[0].id == "lt-0123456789abcdef0" &&
      aws_autoscaling_group.this["all"].launch_template[0].version == "7" &&
      length(aws_autoscaling_group.this["all"].mixed_instances_policy) == 0
    )
    error_message = "One type must use the launch template's newest version by its number."
  }
}

run "a_refresh_is_rolling_in_two_steps_and_keeps_the_fleet_whole" {
  assert {
    condition = (
      aws_autoscaling_group.this["all"].instance_refresh[0].strategy == "Rolling" &&
      aws_autoscaling_group.this["all"].instance_refresh[0].preferences[0].checkpoint_percentages == tolist([50, 100])
    )
    error_message = "The refresh must be rolling, with a pause at one half."
  }

  assert {
    condition = (
      aws_autoscaling_group.this["all"].instance_refresh[0].preferences[0].min_healthy_percentage == 100 &&
      aws_autoscaling_group.this["all"].instance_maintenance_policy[0].min_healthy_percentage == 100 &&
      aws_autoscaling_group.this["all"].instance_maintenance_policy[0].max_healthy_percentage == 150
    )
    error_message = "A node must be replaced only after its successor is there."
  }

  assert {
    condition     = aws_autoscaling_group.this["all"].instance_refresh[0].preferences[0].auto_rollback == false
    error_message = "AWS refuses to roll back to an image behind a parameter."
  }
}

run "several_types_become_a_mixed_group_in_the_given_order_on_demand_only" {
  variables {
    instance_types = ["c6in.xlarge", "c6i.xlarge", "m6i.xlarge"]
    min_size       = 3
    max_size       = 3
  }

  assert {
    condition = [
      for override in aws_autoscaling_group.this["all"].mixed_instances_policy[0].launch_template[0].override :
      override.instance_type
    ] == ["c6in.xlarge", "c6i.xlarge", "m6i.xlarge"]
    error_message = "The types must be the overrides, in the given order."
  }

  assert {
    condition = (
      (
        aws_autoscaling_group.this["all"].mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity ==
        100
      ) &&
      (
        aws_autoscaling_group.this["all"].mixed_instances_policy[0].instances_distribution[0].on_demand_allocation_strategy ==
        "prioritized"
      ) &&
      length(aws_autoscaling_group.this["all"].launch_template) == 0
    )
    error_message = "The group must be on-demand, by priority."
  }
}

run "only_the_fleets_subnets_reach_the_nodes" {
  assert {
    condition = (
      { for key, rule in aws_vpc_security_group_ingress_rule.geneve : key => rule.cidr_ipv4 } == {
        one = "10.0.1.0/24"
        two = "10.0.2.0/24"
      } &&
      alltrue([
        for rule in aws_vpc_security_group_ingress_rule.geneve :
        rule.ip_protocol == "udp" && rule.from_port == 6081 && rule.to_port == 6081
      ])
    )
    error_message = "UDP 6081 must be open for the fleet's subnets only."
  }

  assert {
    condition = (
      { for key, rule in aws_vpc_security_group_ingress_rule.health : key => rule.cidr_ipv4 } == {
        one = "10.0.1.0/24"
        two = "10.0.2.0/24"
      } &&
      alltrue([
        for rule in aws_vpc_security_group_ingress_rule.health :
        rule.ip_protocol == "tcp" && rule.from_port == 8080 && rule.to_port == 8080
      ])
    )
    error_message = "The health port must be open for the fleet's subnets only."
  }
}

run "nodes_reach_https_and_the_vpcs_dns_only" {
  assert {
    condition = (
      aws_vpc_security_group_egress_rule.https["0.0.0.0/0"].from_port == 443 &&
      aws_vpc_security_group_egress_rule.https["0.0.0.0/0"].to_port == 443 &&
      aws_vpc_security_group_egress_rule.https["0.0.0.0/0"].ip_protocol == "tcp"
    )
    error_message = "HTTPS must be open."
  }

  assert {
    condition = (
      keys(aws_vpc_security_group_egress_rule.dns) == ["tcp", "udp"] &&
      alltrue([
        for rule in aws_vpc_security_group_egress_rule.dns :
        rule.cidr_ipv4 == "10.0.0.0/16" && rule.from_port == 53 && rule.to_port == 53
      ])
    )
    error_message = "DNS must be open to the VPC only."
  }
}

run "the_bucket_is_named_after_account_and_region_and_closed" {
  assert {
    condition     = aws_s3_bucket.this.bucket == "capture-capture-111122223333-eu-west-1" && aws_s3_bucket.this.force_destroy == false
    error_message = "The bucket's name must be made of name, account and region, and the bucket must not be emptied on destroy."
  }

  assert {
    condition = (
      aws_s3_bucket_public_access_block.this.block_public_acls &&
      aws_s3_bucket_public_access_block.this.block_public_policy &&
      aws_s3_bucket_public_access_block.this.ignore_public_acls &&
      aws_s3_bucket_public_access_block.this.restrict_public_buckets
    )
    error_message = "All public access must be blocked."
  }

  assert {
    condition = (
      aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced" &&
      aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    )
    error_message = "The bucket must own its objects and keep versions."
  }

  assert {
    condition = (
      data.aws_iam_policy_document.bucket.statement[0].effect == "Deny" &&
      one(data.aws_iam_policy_document.bucket.statement[0].condition).variable == "aws:SecureTransport" &&
      one(data.aws_iam_policy_document.bucket.statement[0].condition).values == tolist(["false"]) &&
      data.aws_iam_policy_document.bucket.statement[0].resources == toset([aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"])
    )
    error_message = "Requests without TLS must be refused."
  }

  assert {
    condition = (
      data.aws_iam_policy_document.bucket.statement[1].effect == "Deny" &&
      one(data.aws_iam_policy_document.bucket.statement[1].principals).identifiers == toset(["*"]) &&
      data.aws_iam_policy_document.bucket.statement[1].actions == toset(["s3:PutObject"]) &&
      data.aws_iam_policy_document.bucket.statement[1].resources == toset([
        "${aws_s3_bucket.this.arn}/captures/*",
        "${aws_s3_bucket.this.arn}/index/*",
      ]) &&
      {
        for condition in data.aws_iam_policy_document.bucket.statement[1].condition :
        "${condition.test} ${condition.variable}" => one(condition.values)
      } == { "Null s3:if-none-match" = "true", "Bool s3:ObjectCreationOperation" = "true" }
    )
    error_message = "Nothing that is there may be written again, by whomever."
  }
}

run "captures_are_encrypted_by_s3_and_end_after_the_retention" {
  assert {
    condition = one(
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default
    ).sse_algorithm == "AES256"
    error_message = "Without a key the bucket must use SSE-S3."
  }

  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].days == 30 &&
      aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 7 &&
      aws_s3_bucket_lifecycle_configuration.this.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 1
    )
    error_message = "Captures must end after 30 days, old versions after 7, broken uploads after 1."
  }
}

run "retention_and_force_destroy_can_be_set" {
  variables {
    bucket_retention_days = 365
    bucket_force_destroy  = true
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].days == 365 && aws_s3_bucket.this.force_destroy == true
    error_message = "Both inputs must reach the bucket."
  }
}

run "a_customer_key_encrypts_the_bucket_and_the_volumes_and_nodes_may_use_it_for_the_bucket" {
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/01234567-89ab-cdef-0123-456789abcdef"
  }

  assert {
    condition = (
      (
        one(
          one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default
        ).sse_algorithm ==
        "aws:kms"
      ) &&
      (
        one(
          one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default
        ).kms_master_key_id ==
        var.kms_key_arn
      ) &&
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled == true
    )
    error_message = "The bucket must use the key, with a bucket key."
  }

  assert {
    condition     = aws_launch_template.this["all"].block_device_mappings[0].ebs[0].kms_key_id == var.kms_key_arn
    error_message = "The volumes must use the key."
  }

  assert {
    condition = [
      for statement in data.aws_iam_policy_document.node.statement : statement.resources
      if statement.sid == "EncryptCaptures"
    ] == [toset([var.kms_key_arn])]
    error_message = "The node role must be allowed to use that key."
  }
}

run "a_permissions_boundary_bounds_the_node_role" {
  variables {
    permissions_boundary = "arn:aws:iam::111122223333:policy/boundary"
  }

  assert {
    condition     = aws_iam_role.node.permissions_boundary == "arn:aws:iam::111122223333:policy/boundary"
    error_message = "The boundary must be on the role."
  }
}

run "tags_reach_what_the_module_and_the_group_make" {
  variables {
    tags = { Team = "security" }
  }

  assert {
    condition = (
      aws_lb.this.tags == tomap({ Team = "security", Name = "capture" }) &&
      aws_s3_bucket.this.tags["Team"] == "security" &&
      aws_cloudwatch_event_bus.this.tags["Team"] == "security" &&
      aws_vpc_endpoint_service.this.tags["Team"] == "security" &&
      aws_iam_role.node.tags["Team"] == "security"
    )
    error_message = "The tags must be on the module's resources."
  }

  assert {
    condition = (
      { for tag in aws_autoscaling_group.this["all"].tag : tag.key => tag.value if tag.propagate_at_launch } ==
      { Team = "security", Name = "capture" }
    )
    error_message = "The group must give the tags to its instances."
  }

  assert {
    condition = (
      (
        toset(
          [for specification in aws_launch_template.this["all"].tag_specifications : specification.resource_type]
        ) ==
        toset(["network-interface", "volume"])
      ) &&
      alltrue([
        for specification in aws_launch_template.this["all"].tag_specifications :
        specification.tags["Team"] == "security"
      ])
    )
    error_message = "Volumes and interfaces must have the tags."
  }
}

run "every_output_has_a_value" {
  assert {
    condition = (
      output.endpoint_service_name == "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0" &&
      output.event_bus_arn == "arn:aws:events:eu-west-1:111122223333:event-bus/capture-hub"
    )
    error_message = "The service's name and the bus's ARN must be given."
  }

  assert {
    condition = output.availability_zones == {
      one = { name = "eu-west-1a", id = "euw1-az1" }
      two = { name = "eu-west-1b", id = "euw1-az2" }
    }
    error_message = "The zones must be given by the caller's keys, with name and id."
  }

  assert {
    condition = (
      length(output.capture_bucket) > 0 &&
      output.autoscaling_group_name == "capture-node" &&
      output.load_balancer_arn_suffix == "gwy/capture/0123456789abcdef"
    )
    error_message = "Bucket, group and the load balancer's dimension must be given."
  }
}
