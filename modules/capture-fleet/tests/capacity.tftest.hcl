# The capacity plan: arithmetic that can be done by hand.

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

run "one_gbps_takes_what_its_envelopes_take_on_top" {
  variables {
    capacity = { expected_gbps = 1, packet_bytes = 122 * 4, average_share = 50, candidates = ["c6in.large"] }
    capture  = { spool = { throughput = 500 } }
  }

  assert {
    condition     = output.capacity_plan.wire_gbps == 1.25
    error_message = "122 bytes on 488 are a quarter more."
  }

  assert {
    condition     = output.capacity_plan.choices["c6i.large"].node_gbps == 0.43 && output.capacity_plan.choices["c6i.large"].nodes == 4
    error_message = "1.25 over 0.43 is three, and one may be gone."
  }

  assert {
    condition = (
      output.capacity_plan.choices["c6in.large"].node_gbps == 1.719 &&
      output.capacity_plan.choices["c6in.large"].nodes == 2 &&
      output.capacity_plan.choices["c6in.large"].limit == "network" &&
      output.capacity_plan.choices["c6in.large"].monthly_usd == 202.96
    )
    error_message = "Two nodes of 0.1134 $ an hour, 20 GB at 0.08 $, 375 MiB/s at 0.04 $ and 2.10 $ of monitoring."
  }

  assert {
    condition = (
      output.capacity_plan.cheapest == { instance_type = "c6in.large", nodes = 2 } &&
      output.capacity_plan.configured == { instance_type = "c6i.large", nodes_needed = 4, nodes_at_most = 4, sufficient = true }
    )
    error_message = "The plan must compare."
  }

  assert {
    condition = (
      output.capacity_plan.bucket == { gb_per_day = 5400, gb_retained = 162000, days = 30 } &&
      output.capacity_plan.monthly_usd.storage == 3726
    )
    error_message = "Half a Gbps is 5,400 GB a day, of which thirty days are kept."
  }

  assert {
    condition = abs(
      output.capacity_plan.monthly_usd.total - sum([
        for item, usd in output.capacity_plan.monthly_usd : usd if item != "total"
      ])
    ) < 0.05
    error_message = "The total must be the sum."
  }
}

run "what_a_tool_takes_on_a_processor_can_be_the_limit" {
  variables {
    capacity = { expected_gbps = 2, gbps_per_vcpu = 0.25, candidates = ["c6in.2xlarge"] }
    capture  = { spool = { throughput = 1000, iops = 4000 } }
  }

  assert {
    condition = (
      output.capacity_plan.choices["c6in.2xlarge"].node_gbps == 2 &&
      output.capacity_plan.choices["c6in.2xlarge"].limit == "processor"
    )
    error_message = "Eight processors of 0.25 Gbps, whatever the network takes."
  }
}

run "a_disk_that_takes_every_byte_twice_can_be_the_limit" {
  variables {
    capacity = { candidates = ["c6in.large"] }
  }

  assert {
    condition = (
      output.capacity_plan.choices["c6in.large"].node_gbps == 0.524 && output.capacity_plan.choices["c6in.large"].limit == "disk" &&
      output.capacity_plan.choices["c6i.large"].node_gbps == 0.43 && output.capacity_plan.choices["c6i.large"].limit == "network"
    )
    error_message = "125 MiB/s are 1.049 Gbps, raw and compressed half of it, less than 55 % of 3.125 and more than of 0.781."
  }

  assert {
    condition = (
      one(aws_launch_template.this["all"].block_device_mappings).ebs[0].throughput == 125 &&
      one(aws_launch_template.this["all"].block_device_mappings).ebs[0].iops == 3000
    )
    error_message = "The volume must have what the plan counts on."
  }
}

run "a_volume_of_its_own_has_the_throughput_and_the_root_volume_what_costs_nothing" {
  variables {
    capture  = { spool = { storage = "volume", size = 200, throughput = 500 } }
    capacity = { candidates = ["c6in.large"] }
  }

  assert {
    condition = (
      [for each in aws_launch_template.this["all"].block_device_mappings : each.ebs[0].throughput] == [125, 500] &&
      aws_launch_template.this["all"].block_device_mappings[1].ebs[0].volume_size == 200
    )
    error_message = "The spool's volume must be the second, as large and as fast as asked for."
  }

  assert {
    condition = (
      output.capacity_plan.choices["c6in.large"].limit == "network" &&
      output.capacity_plan.choices["c6in.large"].monthly_usd == 2 * floor((0.1134 * 730 + 220 * 0.08 + 375 * 0.04 + 2.1) * 100 + 0.5) / 100
    )
    error_message = "220 GB at 0.08 $ and 375 MiB/s at 0.04 $ for each node."
  }
}

run "an_instance_store_is_no_limit_that_is_known" {
  variables {
    instance_types = ["c6id.large"]
    scaling        = { network_in_mbps = 781 }
    capture        = { spool = { storage = "instance_store" } }
    capacity       = { candidates = ["c6in.large"] }
  }

  assert {
    condition = (
      output.capacity_plan.choices["c6in.large"].limit == "network" &&
      length(aws_launch_template.this["all"].block_device_mappings) == 1 &&
      strcontains(yamldecode(local.user_data["all"]).write_files[1].content, "SPOOL_STORAGE='instance_store'\n")
    )
    error_message = "The node must mount its own disk, and no volume is made for it."
  }
}

run "gzip_ends_at_the_processors" {
  variables {
    capture  = { compression = { method = "gzip" }, spool = { throughput = 500 } }
    capacity = { candidates = ["c6in.large"] }
  }

  assert {
    condition = (
      output.capacity_plan.choices["c6in.large"].node_gbps == 0.402 &&
      output.capacity_plan.choices["c6in.large"].limit == "processor"
    )
    error_message = "Two processors at 60 % of 8 bits in 23.9 s."
  }
}

run "uncompressed_every_byte_is_written_once" {
  variables {
    capture  = { compression = { method = "none" } }
    capacity = { candidates = ["c6in.large"] }
  }

  assert {
    condition     = output.capacity_plan.choices["c6in.large"].node_gbps == 1.049
    error_message = "125 MiB/s are 1.049 Gbps."
  }
}

run "a_fleet_too_small_is_called_so" {
  variables {
    capacity = { expected_gbps = 10 }
  }

  assert {
    condition     = output.capacity_plan.configured.sufficient == false && output.capacity_plan.configured.nodes_needed > 4
    error_message = "Four nodes of 0.43 Gbps do not take 10."
  }
}

run "without_cross_zone_no_byte_is_charged_for_changing_its_zone" {
  variables {
    cross_zone_load_balancing = false
    group_per_zone            = true
  }

  assert {
    condition     = output.capacity_plan.monthly_usd.cross_zone == 0 && output.capacity_plan.configured.nodes_at_most == 8
    error_message = "Four nodes in each of two zones."
  }
}

run "facts_and_prices_can_be_given" {
  variables {
    capacity = {
      candidates = ["x9.mega"]
      instances  = { "x9.mega" = { vcpus = 4, baseline_gbps = 100, usd_per_hour = 0 } }
      prices     = { gp3_gb_month = 0, detailed_monitoring_month = 0, s3_gb_month = 0 }
    }
  }

  assert {
    condition = (
      output.capacity_plan.cheapest.instance_type == "x9.mega" &&
      output.capacity_plan.monthly_usd.nodes == 0 &&
      output.capacity_plan.monthly_usd.storage == 0
    )
    error_message = "They must take precedence."
  }
}

run "types_that_nobody_knows_are_left_out_of_the_plan" {
  variables {
    instance_types = ["im4gn.large"]
    scaling        = { network_in_mbps = 750 }
  }

  assert {
    condition     = !contains(keys(output.capacity_plan.choices), "im4gn.large") && output.capacity_plan.configured.nodes_needed == null
    error_message = "No price, no figure."
  }
}

run "with_the_bpf_data_path_a_byte_is_written_three_times" {
  command = plan

  variables {
    capture  = { datapath = "bpf" }
    capacity = { candidates = ["c6in.large"] }
  }

  assert {
    # 125 MiB/s: the whole file, its parts (functions/capture-split/files.ts), what compression makes of these.
    condition     = output.capacity_plan.choices["c6in.large"].node_gbps <= 0.35
    error_message = "The plan promises ${output.capacity_plan.choices["c6in.large"].node_gbps} Gbps."
  }
}
