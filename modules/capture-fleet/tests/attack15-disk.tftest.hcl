# What a plan takes and cannot work: each run fails today.

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
