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

run "one_vni_for_two_vpcs_of_two_clients_is_refused" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = {
      a = { account_id = "111122223333", vnis = { main = 7 } }
      b = { account_id = "444455556666", vnis = { main = 7 } }
    }
  }

  expect_failures = [var.clients]
}

run "vnis_that_are_one_vlan_are_refused_where_the_vlan_is_all_that_is_kept" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = {
      a = { account_id = "111122223333", vnis = { main = 7 } }
      b = { account_id = "444455556666", vnis = { main = 4103 } }
    }
    capture = { datapath = "bpf" }
  }

  expect_failures = [var.clients]
}

run "a_vni_that_is_vlan_0_is_refused_there" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", vnis = { main = 4096 } } }
    capture = { datapath = "bpf" }
  }

  expect_failures = [var.clients]
}

run "a_vni_that_is_vlan_4095_is_refused_there" {
  command = plan

  module {
    source = "./inputs"
  }

  variables {
    clients = { a = { account_id = "111122223333", vnis = { main = 4095 } } }
    capture = { datapath = "bpf" }
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
