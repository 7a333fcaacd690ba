# Wrong entries of the register fail at plan, with a sentence.

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

run "a_key_that_is_no_part_of_an_object_key_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { "a b" = { account_id = "111122223333" } }
  }

  expect_failures = [var.clients]
}

run "the_key_all_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { all = { account_id = "111122223333" } }
  }

  expect_failures = [var.clients]
}

run "a_vni_of_zero_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", vnis = { main = 0 } } }
  }

  expect_failures = [var.clients]
}

run "a_vni_of_25_bits_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", vnis = { main = 16777216 } } }
  }

  expect_failures = [var.clients]
}

run "half_a_vni_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", vnis = { main = 1.5 } } }
  }

  expect_failures = [var.clients]
}

run "the_key_unknown_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { unknown = { account_id = "111122223333" } }
  }

  expect_failures = [var.clients]
}

run "one_vni_for_two_vpcs_of_one_account_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = {
      a = { account_id = "111122223333", vnis = { main = 7 } }
      b = { account_id = "111122223333", vnis = { main = 7 } }
    }
  }

  expect_failures = [var.clients]
}

run "two_entries_of_one_account_that_nothing_tells_apart_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = {
      a = { account_id = "111122223333", vnis = { main = 7 } }
      b = { account_id = "111122223333" }
    }
  }

  expect_failures = [var.clients]
}

run "more_accounts_and_vnis_than_there_are_tags_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    # 4,094 VNIs and an account.
    clients = { a = { account_id = "111122223333", vnis = {
      for n in flatten([for a in range(8) : [for b in range(512) : 512 * a + b]]) : "v${n}" => n + 1 if n < 4094
    } } }
    capture = { datapath = "bpf" }
  }

  expect_failures = [var.clients]
}

run "readers_of_a_data_path_that_tells_nobody_apart_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", readers = ["arn:aws:iam::111122223333:role/analyst"] } }
  }

  expect_failures = [var.clients]
}

run "readers_of_a_tool_that_files_nobody_apart_are_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", readers = ["arn:aws:iam::111122223333:role/analyst"] } }
    capture = { datapath = "bpf", tool = { kind = "command", command = "/usr/bin/sensor" } }
  }

  expect_failures = [var.clients]
}

run "a_reader_that_is_no_principal_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", readers = ["analyst"] } }
    capture = { datapath = "bpf" }
  }

  expect_failures = [var.clients]
}

run "something_other_than_an_organization_is_refused" {
  command = plan

  variables {
    organization_id = "r-abcd"
  }

  expect_failures = [var.organization_id]
}

run "a_mark_above_that_at_which_nothing_is_split_any_more_is_refused_with_readers" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = {
      shop = { account_id = "222222222222", vnis = { main = 1 }, readers = ["arn:aws:iam::222222222222:role/soc"] }
    }
    capture = { datapath = "bpf", spool = { high_water_percent = 95 } }
  }

  expect_failures = [var.clients]
}
