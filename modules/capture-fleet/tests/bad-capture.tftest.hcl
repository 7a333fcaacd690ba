# Wrong capture settings fail at plan, with a sentence.

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

run "an_unknown_kind_of_tool_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "wireshark" } }
  }

  expect_failures = [var.capture]
}

run "a_container_without_an_image_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "container" } }
  }

  expect_failures = [var.capture]
}

run "an_image_without_a_container_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { image = "zeek/zeek:7" } }
  }

  expect_failures = [var.capture]
}

run "an_image_that_is_no_name_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "container", image = "zeek; rm" } }
  }

  expect_failures = [var.capture]
}

run "a_command_tool_without_a_command_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "command" } }
  }

  expect_failures = [var.capture]
}

run "a_command_for_another_kind_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { command = "/usr/bin/suricata" } }
  }

  expect_failures = [var.capture]
}

run "a_command_that_is_no_path_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "command", command = "suricata -i mirror0" } }
  }

  expect_failures = [var.capture]
}

run "arguments_for_tcpdump_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { arguments = ["-v"] } }
  }

  expect_failures = [var.capture]
}

run "an_argument_of_two_lines_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "command", command = "/bin/true", arguments = ["a\nb"] } }
  }

  expect_failures = [var.capture]
}

run "counters_that_are_no_path_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "command", command = "/bin/true", counters = { file = "stats.json", packets = "packets" } } }
  }

  expect_failures = [var.capture]
}

run "a_filter_of_two_lines_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { filter = "tcp\nport 80" }
  }

  expect_failures = [var.capture]
}

run "a_filter_that_a_shell_would_read_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { filter = "port $(id)" }
  }

  expect_failures = [var.capture]
}

run "an_unknown_data_path_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { datapath = "xdp" }
  }

  expect_failures = [var.capture]
}

run "no_worker_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { workers = 0 }
  }

  expect_failures = [var.capture]
}

run "a_rotation_of_no_second_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { rotation = { seconds = 0 } }
  }

  expect_failures = [var.capture]
}

run "a_file_too_large_for_one_upload_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { rotation = { megabytes = 6000 } }
  }

  expect_failures = [var.capture]
}

run "an_unknown_origin_of_packages_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { packages = "snap" }
  }

  expect_failures = [var.capture]
}

run "a_mark_beyond_the_disk_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { spool = { high_water_percent = 99 } }
  }

  expect_failures = [var.capture]
}

run "an_unknown_compression_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { compression = { method = "lz4" } }
  }

  expect_failures = [var.capture]
}

run "a_level_that_gzip_does_not_have_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { compression = { method = "gzip", level = 10 } }
  }

  expect_failures = [var.capture]
}

run "half_a_level_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { compression = { level = 1.5 } }
  }

  expect_failures = [var.capture]
}

run "a_volume_slower_than_any_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { spool = { throughput = 100 } }
  }

  expect_failures = [var.capture]
}

run "more_throughput_than_its_iops_give_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { spool = { throughput = 1000 } }
  }

  expect_failures = [var.capture]
}

run "an_unknown_place_of_the_spool_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { spool = { storage = "nfs" } }
  }

  expect_failures = [var.capture]
}

run "a_volume_without_room_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { spool = { storage = "volume", size = 0 } }
  }

  expect_failures = [var.capture]
}

run "an_instance_store_of_a_type_that_has_none_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    instance_types = ["c6id.large", "c6i.large"]
    scaling        = { network_in_mbps = 781 }
    capture        = { spool = { storage = "instance_store" } }
  }

  expect_failures = [var.capture]
}

run "a_filter_by_vlan_is_refused_where_the_tag_says_whose_a_frame_is" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { datapath = "bpf", filter = "not vlan" }
  }

  expect_failures = [var.capture]
}

run "a_filter_that_only_names_something_like_vlan_is_none" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    instance_types = ["c6id.large", "i4i.large", "m7gd.large"]
    scaling        = { network_in_mbps = 781 }
    capture        = { datapath = "bpf", filter = "host vlan7.example", spool = { storage = "instance_store" } }
  }

  assert {
    condition     = output.capture.spool.storage == "instance_store"
    error_message = "These types have disks of their own."
  }
}

run "a_bucket_of_a_tools_packets_that_is_no_name_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "container", image = "arkime:6", packets_bucket = "Packets/arkime" } }
  }

  expect_failures = [var.capture]
}

run "a_bucket_of_a_tools_packets_is_refused_for_tcpdump" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { packets_bucket = "packets" } }
  }

  expect_failures = [var.capture]
}

run "a_bucket_of_a_tools_packets_is_refused_with_an_object_lock" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture     = { tool = { kind = "container", image = "arkime:6", packets_bucket = "packets" } }
    object_lock = { mode = "GOVERNANCE", days = 30 }
  }

  expect_failures = [var.capture]
}

run "a_bucket_of_a_tools_packets_is_refused_with_readers" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture = { tool = { kind = "container", image = "arkime:6", packets_bucket = "packets" } }
    clients = { bank = { account_id = "111122223333", vnis = { main = 7 }, readers = ["arn:aws:iam::111122223333:role/reader"] } }
  }

  expect_failures = [var.clients]
}

run "a_health_check_on_the_port_of_a_tools_packets_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    capture      = { tool = { kind = "container", image = "arkime:6", packets_bucket = "packets" } }
    health_check = { port = 6090 }
  }

  expect_failures = [var.health_check]
}
