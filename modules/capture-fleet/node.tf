# What a capture node is: node/README.md. User data holds only what differs between fleets and the few lines that fetch
# the rest; the rest is two objects of the code bucket, each named with its version and its digest.

locals {
  # Graviton types have a g after the generation's digit; a1 is older than that rule. The variable's validation makes
  # sure that all types are of one architecture, so the first decides.
  arm64        = can(regex("^(a1|[a-z]+[0-9]+[a-z]*g[a-z]*)[.]", var.instance_types[0]))
  architecture = local.arm64 ? "arm64" : "amd64"

  # resolve:ssm is looked up at each launch: a data source would change the plan on the day an image is published.
  image_id = coalesce(var.image_id, "resolve:ssm:/aws/service/debian/release/13/latest/${local.architecture}")

  node_folder  = "${path.module}/node"
  node_library = "/usr/local/lib/traffic-mirror"
  agent_path   = "${path.module}/../../functions/dist/capture-agent.mjs"

  node_programs = [
    "arrivals", "check-network", "firewall", "install-packages", "network", "preflight", "probe", "registry-login",
    "session-manager", "spool", "tags", "tcpdump-workers", "tool",
  ]
  node_units = ["agent", "network", "session-manager", "tool"]

  # Path on the node → what is there, everything but the agent.
  node_files = merge(
    { for name in local.node_programs : "${local.node_library}/${name}" => { mode = "0755", source = "bin/${name}" } },
    { for unit in local.node_units : "/etc/systemd/system/traffic-mirror-${unit}.service" => { mode = "0644", source = "units/${unit}.service" } },
    {
      "${local.node_library}/delivery.sh"                   = { mode = "0644", source = "bin/delivery.sh" }
      "${local.node_library}/room.sh"                       = { mode = "0644", source = "bin/room.sh" }
      "${local.node_library}/settings.sh"                   = { mode = "0644", source = "bin/settings.sh" }
      "${local.node_library}/bpf_maps.py"                   = { mode = "0644", source = "bin/bpf_maps.py" }
      "${local.node_library}/count.bpf.o"                   = { mode = "0644", source = "bpf/count.bpf.o" }
      "${local.node_library}/decap.bpf.o"                   = { mode = "0644", source = "bpf/decap.bpf.o" }
      "${local.node_library}/decap-plain.bpf.o"             = { mode = "0644", source = "bpf/decap-plain.bpf.o" }
      "${local.node_library}/split.mjs"                     = { mode = "0644", source = "../../../functions/dist/capture-split.mjs" }
      "/etc/sysctl.d/90-traffic-mirror.conf"                = { mode = "0644", source = "etc/sysctl.conf" }
      "/etc/systemd/network/05-traffic-mirror.network"      = { mode = "0644", source = "etc/unmanaged.network" }
      "/etc/systemd/networkd.conf.d/90-traffic-mirror.conf" = { mode = "0644", source = "etc/networkd.conf" }
      "/etc/systemd/journald.conf.d/90-traffic-mirror.conf" = { mode = "0644", source = "etc/journald.conf" }
    },
    # A tool of the caller's own may need privileges that nobody here knows of.
    module.inputs.capture.tool.kind != "tcpdump" ? {} : {
      "/etc/systemd/system/traffic-mirror-tool.service.d/tcpdump.conf" = { mode = "0644", source = "units/tool-tcpdump.conf" }
    },
  )

  node_files_json = jsonencode({
    for path, file in local.node_files : path => { mode = file.mode, content = filebase64("${local.node_folder}/${file.source}") }
  })
}

# The key stays and the version changes: what an earlier launch template names can still be fetched, so a refresh that
# fails can roll back.
resource "aws_s3_object" "node_files" {
  bucket       = local.code_bucket
  key          = "node/files.json"
  content      = local.node_files_json
  content_type = "application/json"

  # Amazon S3 takes ten tags an object, the provider's default_tags among them, and a deployment may well have more.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  # Without versions there is none to name, and nothing may lie there before the bucket is closed.
  depends_on = [
    aws_s3_bucket_policy.code,
    aws_s3_bucket_server_side_encryption_configuration.code,
    aws_s3_bucket_versioning.code,
  ]
}

resource "aws_s3_object" "agent" {
  bucket       = local.code_bucket
  key          = "node/capture-agent.mjs"
  source       = local.agent_path
  source_hash  = filesha256(local.agent_path)
  content_type = "text/javascript"

  # As node_files'.
  override_provider {
    default_tags {
      tags = {}
    }
  }

  depends_on = [
    aws_s3_bucket_policy.code,
    aws_s3_bucket_server_side_encryption_configuration.code,
    aws_s3_bucket_versioning.code,
  ]
}

locals {
  node_manifest = {
    region        = local.region
    dns_suffix    = local.dns_suffix
    code_endpoint = "https://${local.code_bucket}.s3.${local.region}.${local.dns_suffix}"
    packages      = module.inputs.capture.packages
    # A filter is looked at by tcpdump, whoever filters by it.
    package_groups = [
      for group in ["tcpdump", "container"] : group
      if group == module.inputs.capture.tool.kind || (group == "tcpdump" && module.inputs.capture.filter != "")
    ]
    more_units  = ["session-manager"]
    launch_hook = local.hooks.launch
    files       = { key = aws_s3_object.node_files.key, version = aws_s3_object.node_files.version_id, sha256 = sha256(local.node_files_json) }
    agent       = { key = aws_s3_object.agent.key, version = aws_s3_object.agent.version_id, sha256 = filesha256(local.agent_path) }
  }

  # Where packets are counted that have left their envelopes.
  decapsulated = {
    bpf    = { interface = "decap0", direction = "tx" }
    kernel = { interface = "geneve0", direction = "rx" }
  }

  ssm_agent_folder = "https://s3.${local.region}.${local.dns_suffix}/amazon-ssm-${local.region}/latest/debian_${local.architecture}"

  # For the agent: functions/capture-agent/config.ts.
  node_settings = {
    version                  = 1
    fleet                    = var.name
    region                   = local.region
    datapath                 = module.inputs.capture.datapath
    interface                = "mirror0"
    decapsulated             = local.decapsulated[module.inputs.capture.datapath]
    health_port              = module.inputs.health_check.port
    health_path              = module.inputs.health_check.path
    metrics_interval_seconds = 60
    spool = {
      directory          = "/var/spool/traffic-mirror"
      high_water_percent = module.inputs.capture.spool.high_water_percent
      # What was not told apart by client yet when the tool stopped.
      split = module.inputs.capture.datapath == "bpf" && module.inputs.capture.tool.kind == "tcpdump"
      # The logs of other tools name the tag, which means nothing elsewhere.
      labels = module.inputs.capture.datapath == "bpf" && module.inputs.capture.tool.kind != "tcpdump"
      # No tool that rotates writes to a file for longer.
      open_idle_seconds = max(300, 2 * module.inputs.capture.rotation.seconds)
    }
    bucket = { name = aws_s3_bucket.this.id, prefix = "", kms_key_arn = var.kms_key_arn }
    tool = {
      kind = module.inputs.capture.tool.kind
      unit = "traffic-mirror-tool.service"
      counters = module.inputs.capture.tool.kind != "tcpdump" ? module.inputs.capture.tool.counters : {
        file    = "/run/traffic-mirror/counters.json"
        packets = "packets"
        drops   = "drops"
        lines   = false
        # "Received by filter" counts what the ring had no room for as well (seen: 4,800 received, 2,985 dropped).
        packets_include_drops = true
      }
      # A filter leaves out what nobody counts.
      balance = module.inputs.capture.tool.kind != "tcpdump" ? null : {
        offered = module.inputs.capture.filter == "" ? "interface" : "tool"
        start   = "/run/traffic-mirror/start.json"
      }
    }
    launch_hook            = local.hooks.launch
    terminate_hook         = local.hooks.terminate
    heartbeat_seconds      = local.hooks.heartbeat_seconds
    deregistration_seconds = local.hooks.deregistration_seconds
    launch_limit_seconds   = local.hooks.launch_limit_seconds
    drain_limit_seconds    = local.hooks.drain_limit_seconds
    code_bucket            = local.code_bucket
    clients_key            = local.clients_key
    endpoints_key          = module.inputs.capture.datapath == "bpf" ? local.endpoint_map_key : null
  }

  # For the scripts, which read it with the shell's own quoting.
  node_environment = {
    DATAPATH               = module.inputs.capture.datapath
    ARRIVALS               = module.inputs.arrivals.count
    OUTER_INTERFACE        = "" # that of the default route
    HEALTH_PORT            = module.inputs.health_check.port
    SPOOL_DIRECTORY        = local.node_settings.spool.directory
    SPOOL_STORAGE          = module.inputs.capture.spool.storage
    WORKERS                = module.inputs.capture.workers == null ? "" : module.inputs.capture.workers
    TOOL_KIND              = module.inputs.capture.tool.kind
    TOOL_FILTER            = module.inputs.capture.filter
    TOOL_IMAGE             = module.inputs.capture.tool.image == null ? "" : module.inputs.capture.tool.image
    TOOL_COMMAND           = module.inputs.capture.tool.command == null ? "" : module.inputs.capture.tool.command
    TOOL_COMPRESSION       = module.inputs.capture.compression.method
    TOOL_COMPRESSION_LEVEL = module.inputs.capture.compression.level
    TOOL_ARGUMENTS         = join("\n", module.inputs.capture.tool.arguments)
    TOOL_ROTATE_SECONDS    = module.inputs.capture.rotation.seconds
    TOOL_ROTATE_MEGABYTES  = module.inputs.capture.rotation.megabytes
    SSM_AGENT_URL          = "${local.ssm_agent_folder}/amazon-ssm-agent.deb"
  }
  node_environment_file = join("", [
    for name, value in local.node_environment : "${name}='${replace(tostring(value), "'", "'\\''")}'\n"
  ])

  # One text for each group, because a node has to name its group before it can ask for anything.
  node_documents = {
    for key, group in local.groups : key => {
      settings = jsonencode(merge(local.node_settings, { autoscaling_group_name = group.name }))
      manifest = jsonencode(merge(local.node_manifest, { autoscaling_group_name = group.name }))
    }
  }
  user_data = {
    for key, group in local.groups : key => templatefile("${local.node_folder}/cloud-init.yaml.tftpl", {
      files = [
        for file in [
          { path = "/etc/traffic-mirror/node.json", mode = "0644", content = local.node_documents[key].settings },
          { path = "/etc/traffic-mirror/node.env", mode = "0644", content = local.node_environment_file },
          { path = "/etc/traffic-mirror/manifest.json", mode = "0644", content = local.node_documents[key].manifest },
          { path = "/etc/traffic-mirror/clients.json", mode = "0644", content = "{}" },
          { path = "${local.node_library}/aws.py", mode = "0644", content = file("${local.node_folder}/bin/aws.py") },
          { path = "${local.node_library}/bootstrap", mode = "0755", content = file("${local.node_folder}/bin/bootstrap") },
        ] : merge(file, { content = jsonencode(file.content) })
      ]
      bootstrap = "${local.node_library}/bootstrap"
    })
  }

  # cloud-init unpacks it. EC2 takes 16 KiB before base64 (Amazon EC2, "Run commands when you launch an EC2 instance").
  user_data_base64 = { for key, text in local.user_data : key => base64gzip(text) }
}
