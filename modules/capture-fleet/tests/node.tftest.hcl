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


run "a_node_gets_what_differs_between_fleets_and_what_fetches_the_rest" {
  assert {
    condition = (
      startswith(local.user_data["all"], "#cloud-config\n") &&
      aws_launch_template.this["all"].user_data == base64gzip(local.user_data["all"])
    )
    error_message = "The launch template must give cloud-init what was rendered, compressed."
  }

  assert {
    condition = [for file in yamldecode(local.user_data["all"]).write_files : "${file.permissions} ${file.path}"] == [
      "0644 /etc/traffic-mirror/node.json",
      "0644 /etc/traffic-mirror/node.env",
      "0644 /etc/traffic-mirror/manifest.json",
      "0644 /etc/traffic-mirror/clients.json",
      "0644 /usr/local/lib/traffic-mirror/aws.py",
      "0755 /usr/local/lib/traffic-mirror/bootstrap",
    ]
    error_message = "User data must hold the settings, the manifest and the bootstrap, and nothing else."
  }

  assert {
    condition     = yamldecode(local.user_data["all"]).runcmd == [["/usr/local/lib/traffic-mirror/bootstrap"]]
    error_message = "cloud-init must run the bootstrap."
  }

  assert {
    condition = (
      yamldecode(local.user_data["all"]).write_files[5].content == file("node/bin/bootstrap") &&
      yamldecode(local.user_data["all"]).write_files[4].content == file("node/bin/aws.py")
    )
    error_message = "The bootstrap must come out of YAML as it is in the repository."
  }

  assert {
    condition     = length(local.user_data_base64["all"]) * 3 / 4 < 8192
    error_message = "User data must leave half of the 16 KiB to the caller's filter and arguments."
  }
}

run "what_a_node_runs_is_named_by_version_and_digest_in_the_bucket_that_it_cannot_write" {
  assert {
    condition = jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).files == {
      key     = "node/files.json"
      version = aws_s3_object.node_files.version_id
      sha256  = sha256(aws_s3_object.node_files.content)
    }
    error_message = "The node's files must be named by version and digest."
  }

  assert {
    condition = jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).agent == {
      key     = "node/capture-agent.mjs"
      version = aws_s3_object.agent.version_id
      sha256  = filesha256("../../functions/dist/capture-agent.mjs")
    }
    error_message = "The agent must be named by version and digest."
  }

  assert {
    condition = (
      aws_s3_object.node_files.bucket == aws_s3_bucket.code.id &&
      aws_s3_object.agent.bucket == aws_s3_bucket.code.id &&
      aws_s3_object.agent.source_hash == filesha256("../../functions/dist/capture-agent.mjs")
    )
    error_message = "Both must be in the code bucket, and a new agent must be uploaded."
  }

  assert {
    condition = (
      (
        jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).code_endpoint ==
        "https://${aws_s3_bucket.code.id}.s3.eu-west-1.amazonaws.com"
      ) &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).launch_hook == "capture-launch" &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).autoscaling_group_name == "capture-node"
    )
    error_message = "The node must know where to fetch from and what to abandon."
  }

  assert {
    condition = (
      alltrue([
        for path, file in jsondecode(aws_s3_object.node_files.content) :
        base64decode(file.content) == file("node/${local.node_files[path].source}")
        if !endswith(path, ".o")
      ]) &&
      length(jsondecode(aws_s3_object.node_files.content)) == 30 &&
      # These two come by user data.
      length(setsubtract(fileset("node/bin", "*"), concat(["aws.py", "bootstrap"], [for file in local.node_files : basename(file.source)]))) == 0
    )
    error_message = "All of the node's files must be there, as they are in the repository."
  }

  assert {
    condition = (
      jsondecode(aws_s3_object.node_files.content)["/usr/local/lib/traffic-mirror/decap.bpf.o"].content ==
      filebase64("node/bpf/decap.bpf.o")
    )
    error_message = "The BPF object must be there, byte for byte."
  }
}

run "by_default_a_node_decapsulates_in_the_kernel_and_writes_pcap" {
  assert {
    condition     = yamldecode(local.user_data["all"]).write_files[1].content == <<-EOT
      ARRIVALS='false'
      DATAPATH='kernel'
      HEALTH_PORT='8080'
      OUTER_INTERFACE=''
      SPOOL_DIRECTORY='/var/spool/traffic-mirror'
      SPOOL_STORAGE='root'
      SSM_AGENT_URL='https://s3.eu-west-1.amazonaws.com/amazon-ssm-eu-west-1/latest/debian_amd64/amazon-ssm-agent.deb'
      TOOL_ARGUMENTS=''
      TOOL_BUCKET=''
      TOOL_BUCKET_ENDPOINT='127.0.0.1:6090'
      TOOL_BUCKET_REGION='eu-west-1'
      TOOL_COMMAND=''
      TOOL_COMPRESSION='zstd'
      TOOL_COMPRESSION_LEVEL='1'
      TOOL_FILTER=''
      TOOL_IMAGE=''
      TOOL_KIND='tcpdump'
      TOOL_ROTATE_MEGABYTES='256'
      TOOL_ROTATE_SECONDS='60'
      WORKERS=''
    EOT
    error_message = "The scripts must get the defaults."
  }

  assert {
    condition = jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).tool == {
      kind     = "tcpdump"
      unit     = "traffic-mirror-tool.service"
      filtered = false
      counters = {
        file                  = "/run/traffic-mirror/counters.json"
        packets               = "packets"
        drops                 = "drops"
        lines                 = false
        packets_include_drops = true
      }
      balance = { offered = "interface", start = "/run/traffic-mirror/start.json" }
    }
    error_message = "The agent must find the built-in tool's counters."
  }

  assert {
    condition = (
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).decapsulated == {
        interface = "geneve0"
        direction = "rx"
      } &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).bucket.name == aws_s3_bucket.this.id &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).terminate_hook == "capture-terminate" &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).clients_key == "clients.json"
    )
    error_message = "The agent must get hop, bucket, hooks and register."
  }

  assert {
    condition = (
      jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).packages == "install" &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).package_groups == ["tcpdump"]
    )
    error_message = "The default must install what the built-in tool needs."
  }

  assert {
    condition = contains(
      keys(jsondecode(aws_s3_object.node_files.content)),
      "/etc/systemd/system/traffic-mirror-tool.service.d/tcpdump.conf",
    )
    error_message = "The built-in tool must be confined."
  }
}

run "a_tool_of_the_callers_own_gets_its_arguments_as_they_are" {
  variables {
    capture = {
      datapath = "bpf"
      workers  = 3
      filter   = "not (tcp port 3306 and net 10.0.0.0/8)"
      packages = "present"
      tool = {
        kind      = "container"
        image     = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/sensors/suricata:7.0.10"
        arguments = ["-S", "it's $HOME; \"rules\""]
        counters = {
          file                  = "/run/traffic-mirror/suricata-stats.json"
          packets               = "stats.capture.kernel_packets"
          drops                 = "stats.capture.kernel_drops"
          lines                 = true
          packets_include_drops = true
        }
      }
    }
  }

  assert {
    condition = strcontains(yamldecode(local.user_data["all"]).write_files[1].content, <<-EOT
      TOOL_ARGUMENTS='-S
      it'\''s $HOME; "rules"'
    EOT
    )
    error_message = "Arguments must be quoted for the shell, one to a line."
  }

  assert {
    condition = (
      strcontains(yamldecode(local.user_data["all"]).write_files[1].content, "DATAPATH='bpf'\n") &&
      strcontains(yamldecode(local.user_data["all"]).write_files[1].content, "WORKERS='3'\n") &&
      strcontains(
        yamldecode(local.user_data["all"]).write_files[1].content,
        "TOOL_FILTER='not (tcp port 3306 and net 10.0.0.0/8)'\n",
      ) &&
      strcontains(
        yamldecode(local.user_data["all"]).write_files[1].content,
        "TOOL_IMAGE='111122223333.dkr.ecr.eu-west-1.amazonaws.com/sensors/suricata:7.0.10'\n",
      )
    )
    error_message = "The scripts must get what was asked for."
  }

  assert {
    condition = (
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).decapsulated == {
        interface = "decap0"
        direction = "tx"
      } &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[0].content).tool.counters.packets == "stats.capture.kernel_packets"
    )
    error_message = "The agent must count at the bpf way's hop, and where the tool says."
  }

  assert {
    condition = (
      jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).packages == "present" &&
      jsondecode(yamldecode(local.user_data["all"]).write_files[2].content).package_groups == ["tcpdump", "container"]
    )
    error_message = "Nothing may be installed where the image has it; tcpdump looks at the filter where it is there."
  }

  assert {
    condition = !contains(
      keys(jsondecode(aws_s3_object.node_files.content)),
      "/etc/systemd/system/traffic-mirror-tool.service.d/tcpdump.conf",
    )
    error_message = "A tool of the caller's own must not get the built-in tool's confinement."
  }
}

run "each_groups_nodes_know_their_own_group" {
  variables {
    group_per_zone = true
  }

  assert {
    condition = { for key, text in local.user_data : key => jsondecode(yamldecode(text).write_files[0].content).autoscaling_group_name } == {
      one = "capture-node-one"
      two = "capture-node-two"
    }
    error_message = "A node must complete the hooks of its own group."
  }
}

run "user_data_that_ec2_would_refuse_is_refused_here" {
  command = plan

  variables {
    capture = {
      tool = {
        kind      = "command"
        command   = "/usr/local/bin/sensor"
        arguments = [for n in range(900) : sha256(tostring(n))]
      }
    }
  }

  expect_failures = [aws_launch_template.this]
}
