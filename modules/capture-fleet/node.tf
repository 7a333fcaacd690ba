# What a node is, until the capture node proper replaces it: something that listens on UDP 6081, a health endpoint that
# looks whether it does, and the agent of Session Manager, which Debian's images do not have.

locals {
  # Graviton types have a g after the generation's digit; a1 is older than that rule. The variable's validation makes
  # sure that all types are of one architecture, so the first decides.
  arm64        = can(regex("^(a1|[a-z]+[0-9]+[a-z]*g[a-z]*)[.]", var.instance_types[0]))
  architecture = local.arm64 ? "arm64" : "amd64"

  # resolve:ssm is looked up at each launch: a data source would change the plan on the day an image is published.
  image_id = coalesce(var.image_id, "resolve:ssm:/aws/service/debian/release/12/latest/${local.architecture}")

  node_units = ["geneve-sink", "health", "session-manager"]

  node_files = concat(
    [
      {
        path        = "/etc/traffic-mirror/node.env"
        permissions = "0644"
        content     = <<-EOT
          GENEVE_PORT=${local.geneve_port}
          HEALTH_PORT=${var.health_check.port}
          HEALTH_PATH=${var.health_check.path}
          SSM_AGENT_URL=https://s3.${local.region}.${local.dns_suffix}/amazon-ssm-${local.region}/latest/debian_${local.architecture}/amazon-ssm-agent.deb
        EOT
      },
    ],
    [
      for unit in local.node_units : {
        path        = "/usr/local/lib/traffic-mirror/${unit}.py"
        permissions = "0755"
        content     = file("${path.module}/node/${unit}.py")
      }
    ],
    [
      for unit in local.node_units : {
        path        = "/etc/systemd/system/traffic-mirror-${unit}.service"
        permissions = "0644"
        content     = file("${path.module}/node/${unit}.service")
      }
    ],
  )

  user_data = join("\n", ["#cloud-config", yamlencode({
    write_files = local.node_files
    runcmd = [
      ["systemctl", "daemon-reload"],
      concat(["systemctl", "enable", "--now", "--no-block"], [for unit in local.node_units : "traffic-mirror-${unit}.service"]),
    ]
  })])
}
