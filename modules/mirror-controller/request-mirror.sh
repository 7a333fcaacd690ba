#!/bin/sh
# Asks the controller to mirror one network interface, by default this instance's own, and waits until it says so.
# For the user data of an instance and the start of a container. Needs the AWS CLI (version 1 or 2), and curl when it
# has to find its own interface or region. What the caller needs is the module's output request_policy_json.
# Asking twice does no harm.
set -eu

usage() {
  cat >&2 <<'USAGE'
usage: request-mirror.sh -n NAME [-i ENI] [-t SECONDS] [-e MINUTES] [-r REASON] [-a] [-w]

  -n NAME     name of the mirror-controller
  -i ENI      network interface to mirror; without it this instance's primary one (asks the metadata service, by curl)
  -t SECONDS  how long to wait until it is mirrored; default 120
  -e MINUTES  how long it is to be mirrored; default and maximum are the controller's inputs
  -r REASON   a note for whoever reads the claim; at most 200 characters of printable ASCII
  -a          ask as a trusted requester, whose IAM policy permits the source traffic-mirror: for any interface
  -w          take back what this caller asked for; does not wait

exit status: 0 mirrored (with -w: taken back), 2 usage, 3 refused, 4 not mirrored in time, 5 not permitted, or the
AWS CLI or the metadata service failed, 6 refused for now: over a quota, ask again later
USAGE
  exit 2
}

say() { echo "request-mirror: $*" >&2; }
fail() {
  status=$1
  shift
  say "$*"
  exit "$status"
}

name='' eni='' timeout=120 minutes='' reason='' trusted='' detail_type='Mirror Requested'
while getopts n:i:t:e:r:aw option; do
  case $option in
    n) name=$OPTARG ;;
    i) eni=$OPTARG ;;
    t) timeout=$OPTARG ;;
    e) minutes=$OPTARG ;;
    r) reason=$OPTARG ;;
    a) trusted=yes ;;
    w) detail_type='Mirror Withdrawn' ;;
    *) usage ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 0 ] || usage
case $name in '' | *[!A-Za-z0-9-]*) usage ;; esac
# A leading zero would make it octal; longer numbers the controller drops without an answer.
case $timeout in '' | *[!0-9]* | 0?* | ??????????*) usage ;; esac
case $minutes in *[!0-9]* | 0* | ??????????*) usage ;; esac

command -v aws >/dev/null || fail 5 'the AWS CLI is not there'

# Instance metadata service, version 2 (EC2 User Guide, "Access instance metadata").
imds() { curl --silent --show-error --fail --max-time 5 "$@"; }
metadata() {
  [ -n "${token:-}" ] || token=$(imds -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 300' "$service/latest/api/token")
  imds -H "X-aws-ec2-metadata-token: $token" "$service/latest/meta-data/$1"
}
service=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
service=${service%/}
if [ -z "$eni" ]; then
  command -v curl >/dev/null || fail 5 'curl is not there, so the network interface must be given (-i)'
  eni=$(mac=$(metadata mac) && metadata "network/interfaces/macs/${mac%/}/interface-id") ||
    fail 5 'the metadata service does not say which network interface this is; give it (-i)'
fi
case $eni in eni-*[!0-9a-f]* | eni-) usage ;; eni-*) ;; *) usage ;; esac
if [ -z "${AWS_REGION:-}${AWS_DEFAULT_REGION:-}" ] && ! aws configure get region >/dev/null 2>&1; then
  AWS_DEFAULT_REGION=$(metadata placement/region) || fail 5 'no region is set (AWS_REGION)'
  export AWS_DEFAULT_REGION
fi

# Nothing is shown page by page, and what AWS cannot take at the moment is sent again by the CLI itself.
export AWS_PAGER='' AWS_RETRY_MODE="${AWS_RETRY_MODE:-standard}" AWS_MAX_ATTEMPTS="${AWS_MAX_ATTEMPTS:-5}"
errors=$(mktemp) || exit 5
trap 'rm -f "$errors"' EXIT
# CLI errors begin with an empty line.
error() { tr '\n' ' ' <"$errors" | cut -c 1-400; }
cli() { aws --output text --cli-connect-timeout 5 --cli-read-timeout 15 "$@" 2>"$errors"; }
# The text as a string of JSON, without the quotes around it.
quoted() { printf '%s\n' "$1" | sed 's/[\"]/\\&/g'; }

requester=traffic-mirror source=traffic-mirror
if [ -z "$trusted" ]; then
  # What IAM calls aws:userid, the only name under which request_policy_json lets the caller ask and read.
  requester=$(cli sts get-caller-identity --query UserId) || fail 5 "$(error)"
  source=traffic-mirror/$requester
fi

key="{\"requester\":{\"S\":\"$requester\"},\"item\":{\"S\":\"$eni\"}}"
tab=$(printf '\t')
# Sets version (another one after every write; None: there is no claim), status, expires and why. Fails when it may not or
# cannot be read.
read_claim() {
  answer=$(cli dynamodb get-item --table-name "$name-demands" --key "$key" --consistent-read \
    --query 'Item.[version.S,status.S,expires_at.S,reason.S]') || return 1
  IFS=$tab read -r version status expires why <<ANSWER
$answer
ANSWER
  [ "$why" != None ] || why=''
}

if [ "$detail_type" = 'Mirror Requested' ]; then
  # A claim of an earlier time may still be there: only what is written after the request answers it. Who cannot read the
  # answer does not ask; but what a new role may do takes some seconds to get round.
  tries=1
  until read_claim; do
    [ "$tries" -lt 4 ] || fail 5 "$(error)"
    sleep "$tries"
    tries=$((tries + 1))
  done
  before=$version
fi

detail="{\"network_interface_id\":\"$eni\""
if [ "$detail_type" = 'Mirror Requested' ]; then
  # Printable ASCII: what else there is becomes blanks, byte by byte.
  reason=$(printf '%s' "$reason" | LC_ALL=C tr -c ' -~' ' ' | cut -c 1-200)
  [ -z "$minutes" ] || detail="$detail,\"expires_in_minutes\":$minutes"
  [ -z "$reason" ] || detail="$detail,\"reason\":\"$(quoted "$reason")\""
fi
detail=$(quoted "$detail}")
entry="[{\"EventBusName\":\"$name\",\"Source\":\"$source\",\"DetailType\":\"$detail_type\",\"Detail\":\"$detail\"}]"
tries=1
while :; do
  # An answer without an error may still say that the entry was not taken.
  refusal=$(cli events put-events --entries "$entry" --query 'Entries[0].[ErrorCode,ErrorMessage]') || fail 5 "$(error)"
  case $refusal in
    None*) break ;;
    *Throttl* | *Internal*) [ "$tries" -lt 5 ] || fail 5 "$refusal" ;;
    *) fail 5 "$refusal" ;;
  esac
  sleep "$tries"
  tries=$((tries + 1))
done
[ "$detail_type" = 'Mirror Requested' ] || exit 0

end=$(($(date +%s) + timeout))
pause=1
last='nobody has answered'
while :; do
  if read_claim; then
    answer="$status${why:+: $why}"
    case $status in
      # Also of an earlier request, as long as it has not ended: times of this form sort as text.
      mirrored) ! expr "x$expires" \> "x$(date -u +%Y-%m-%dT%H:%M:%S)" >/dev/null || exit 0 ;;
      requested) last=$answer ;;
      refused | ended)
        if [ "$version" != "$before" ]; then
          case $why in too-many-*) fail 6 "$eni: $answer" ;; *) fail 3 "$eni: $answer" ;; esac
        fi
        ;;
    esac
  else
    last=$(error)
  fi
  [ "$(date +%s)" -lt "$end" ] || fail 4 "$eni is not mirrored after $timeout seconds; the last answer was: $last"
  sleep "$pause"
  [ "$pause" -ge 5 ] || pause=$((pause + 1))
done
