# The register of clients, as each part has it.

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

run "the_register_says_whose_an_account_is_and_which_vnis_it_has" {
  variables {
    clients = {
      pay = { account_id = "111122223333", vnis = { main = 101, data = 102 } }
      web = { account_id = "444455556666", vnis = { main = 201 } }
      old = { account_id = "777788889999" }
    }
  }

  assert {
    condition = jsondecode(aws_s3_object.clients.content) == {
      pay = { account_id = "111122223333", vnis = { main = 101, data = 102 } }
      web = { account_id = "444455556666", vnis = { main = 201 } }
      old = { account_id = "777788889999", vnis = {} }
    }
    error_message = "Nodes must know the account of every client, and its VNIs."
  }

  assert {
    condition     = aws_s3_object.clients.key == "clients.json" && aws_s3_object.clients.bucket == aws_s3_bucket.code.id
    error_message = "The register must be where nodes read and cannot write."
  }

  assert {
    condition = aws_vpc_endpoint_service.this.allowed_principals == toset([
      "arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root", "arn:aws:iam::777788889999:root",
    ])
    error_message = "All accounts may connect."
  }
}

run "without_clients_the_register_is_empty_and_not_missing" {
  assert {
    condition     = jsondecode(aws_s3_object.clients.content) == {}
    error_message = "Nodes read it all the same."
  }
}

run "accounts_choose_their_vnis_without_regard_to_each_other" {
  variables {
    clients = {
      a = { account_id = "111122223333", vnis = { x = 7, y = 4103 } }
      b = { account_id = "444455556666", vnis = { x = 7, y = 4096 } }
    }
    capture = { datapath = "bpf" }
  }

  assert {
    condition     = length(jsondecode(aws_s3_object.clients.content)) == 2
    error_message = "Whose a packet is, its endpoint says."
  }
}

run "two_entries_of_one_account_are_told_apart_by_their_vnis" {
  variables {
    clients = {
      prod  = { account_id = "111122223333", vnis = { x = 7 } }
      stage = { account_id = "111122223333", vnis = { x = 8 } }
    }
  }

  assert {
    condition     = length(local.client_accounts) == 1
    error_message = "It is one account."
  }
}

run "all_tags_that_there_are_can_be_used" {
  variables {
    clients = { a = { account_id = "111122223333", vnis = {
      for n in flatten([for a in range(8) : [for b in range(512) : 512 * a + b]]) : "v${n}" => n + 1 if n < 4093
    } } }
    capture = { datapath = "bpf" }
  }

  assert {
    condition     = length(local.client_accounts) + length(local.clients_file.a.vnis) == 4094
    error_message = "4,094 are allowed."
  }
}

run "few_clients_are_named_in_the_bus_policy_and_bound_to_the_organization_where_one_is_given" {
  variables {
    clients         = { a = { account_id = "111122223333" } }
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition     = one(data.aws_iam_policy_document.event_bus[0].statement[0].principals).identifiers == toset(["arn:aws:iam::111122223333:root"])
    error_message = "The list is short enough."
  }

  assert {
    condition = [
      for condition in data.aws_iam_policy_document.event_bus[0].statement[0].condition : condition.values
      if condition.variable == "aws:PrincipalOrgID"
    ] == [tolist(["o-a1b2c3d4e5"])]
    error_message = "The organization is a condition besides."
  }
}

run "five_hundred_clients_connect_by_name_and_report_by_organization" {
  variables {
    clients         = { for n in range(500) : "c${n}" => { account_id = format("%012d", 100000000000 + n), vnis = { main = 1000 + n } } }
    organization_id = "o-a1b2c3d4e5"
  }

  assert {
    condition     = length(aws_vpc_endpoint_service.this.allowed_principals) == 500
    error_message = "Principals are listed, all of them."
  }

  assert {
    condition = (
      one(data.aws_iam_policy_document.event_bus[0].statement[0].principals).identifiers == toset(["*"]) &&
      length([
        for condition in data.aws_iam_policy_document.event_bus[0].statement[0].condition : condition
        if condition.variable == "aws:PrincipalOrgID"
      ]) == 1
    )
    error_message = "The bus must name the organization, never anybody."
  }

  assert {
    condition     = length(jsondecode(aws_s3_object.clients.content)) == 500
    error_message = "The register holds all."
  }
}

run "readers_of_a_client_list_and_read_its_prefix_and_nothing_else" {
  variables {
    clients = {
      pay = { account_id = "111122223333", readers = ["arn:aws:iam::111122223333:role/analyst"] }
      web = { account_id = "444455556666" }
    }
    capture = { datapath = "bpf" }
  }

  assert {
    condition     = length(data.aws_iam_policy_document.bucket.statement) == 4
    error_message = "One statement for TLS, one for writing once, two for the one client with readers."
  }

  assert {
    condition = (
      data.aws_iam_policy_document.bucket.statement[2].actions == toset(["s3:GetObject"]) &&
      data.aws_iam_policy_document.bucket.statement[2].resources == toset(["${aws_s3_bucket.this.arn}/captures/client=pay/*"]) &&
      one(data.aws_iam_policy_document.bucket.statement[2].principals).identifiers == toset([
        "arn:aws:iam::111122223333:role/analyst",
      ])
    )
    error_message = "Reading must end at the client's prefix."
  }

  assert {
    condition     = one(data.aws_iam_policy_document.bucket.statement[3].condition).values == tolist(["captures/client=pay/*"])
    error_message = "So must listing."
  }
}

run "acceptance_can_be_asked_for" {
  variables {
    acceptance_required = true
  }

  assert {
    condition     = aws_vpc_endpoint_service.this.acceptance_required
    error_message = "It must reach the service."
  }
}
