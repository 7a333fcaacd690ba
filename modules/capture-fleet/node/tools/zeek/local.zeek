# Zeek on mirror0. Only what a capture node changes. Not run here: Debian has no Zeek package.
@load base/protocols/conn
@load policy/protocols/conn/vlan-logging
@load policy/misc/capture-loss
@load policy/misc/stats
@load policy/tuning/json-logs

# The BPF data path says by the VLAN tag whose a frame is. Zeek tells connections apart by addresses and ports alone, so
# two clients with overlapping addresses would be one connection, of the client whose packet came first. Since 8.0 the
# tag can be in the key as well, and is in each log of a connection as id.ctx.vlan (docs.zeek.org, "Writing a Connection
# Key Plugin"). Older ones cannot: docs/capture.md.
@if ( Version::number >= 80000 )
@load frameworks/conn_key/vlan_fivetuple
@endif

# Frames come out of mirror0 without GENEVE and VXLAN; tunnels that the mirrored hosts use themselves still nest. The
# default has been 4 since 6.2 because of Gateway Load Balancers (Zeek's release notes).
redef Tunnel::max_depth = 4;

# Frames may be copied before the network card fills in their checksums.
redef ignore_checksums = T;

# How long gaps are summed up before a line of capture_loss.log: what upstream lost shows nowhere else.
redef CaptureLoss::watch_interval = 1 min;
redef Stats::report_interval = 10 sec;

# A file ends each minute; Zeek then moves it to the folder that is uploaded.
redef Log::default_rotation_interval = 1 min;
redef Log::default_rotation_dir = getenv("SPOOL_DONE");
redef Log::default_rotation_date_format = "%Y%m%dT%H%M%S";

# What this worker's ring was offered, what Zeek has read of it, and what it had no room for, since the start. stats.log
# has differences only. The entry point sums the workers for the agent.
module TrafficMirror;

export {
	global count: event();
}

function write_counts()
	{
	local path = getenv("ZEEK_COUNTS");
	local counts = get_net_stats();
	# Zero before the first packet, and without a packet source.
	if ( path == "" || counts$pkts_link == 0 )
		return;
	local written = open(path + ".new");
	print written, fmt("%d %d %d", counts$pkts_link, counts$pkts_recvd, counts$pkts_dropped);
	close(written);
	rename(path + ".new", path);
	}

event TrafficMirror::count()
	{
	write_counts();
	schedule 2 sec { TrafficMirror::count() };
	}

event zeek_init()
	{
	schedule 2 sec { TrafficMirror::count() };
	}

event zeek_done()
	{
	write_counts();
	}
