#!/usr/bin/env bash
# credentials.sh - every way to keys, with the program and services that speak as the real ones
# do: STS and the metadata server of the mock, profiles in files, a credentials URI.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start
no_proxy='*' && export no_proxy
unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
export HOME=$work/home ALIBABA_CLOUD_ECS_METADATA_DISABLED=true
mkdir -p "$HOME/.aliyun" "$HOME/.alibabacloud"

ask() {
    last_run="alb-agent api GetCallerIdentity"
    mark
    "$bin/alb-agent" api --endpoint "$mock_url" GetCallerIdentity >"$work/out" 2>"$work/err" </dev/null
    status=$?
}
# Who the cloud takes us for.
is() { # TEXT
    ask
    equal "$status" 0 && grep -q -- "$1" "$work/out" || { cat "$work/out" "$work/err" >&2 && return 1; }
}
# The actions that were called since, in order.
called() { calls | jq -r .action | paste -sd' '; }
with() { # VARIABLE=VALUE... -- COMMAND...
    local -a set=()
    while [ "$1" != -- ]; do
        set+=("$1")
        shift
    done
    shift
    mark # out here: a subshell's would be lost
    (export "${set[@]}" && "$@")
}
pair=(ALIBABA_CLOUD_ACCESS_KEY_ID=testak ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret)
oidc=(ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/pod ALIBABA_CLOUD_OIDC_TOKEN_FILE="$work/token"
    ALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/p)
profile() { printf '{"current":"x","profiles":[{"name":"x",%s}]}' "$1" >"$HOME/.aliyun/config.json"; }

nothing() {
    ask
    equal "$status" 1 && says ALIBABA_CLOUD_ACCESS_KEY_ID
}
check "with nothing set it says where keys are looked for" nothing
check "a pair from the environment" with "${pair[@]}" -- is Account
by_token() { # keys with a security token: those that the mock's STS gave
    "$bin/alb-agent" api --endpoint "$mock_url" AssumeRole --RoleArn=acs:ram::1:role/env \
        --RoleSessionName=env >"$work/sts.json" 2>"$work/err" || return 1
    jq -r '.Credentials | "ALIBABA_CLOUD_ACCESS_KEY_ID=\(.AccessKeyId)",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET=\(.AccessKeySecret)",
        "ALIBABA_CLOUD_SECURITY_TOKEN=\(.SecurityToken)"' "$work/sts.json" >"$work/sts.env"
}
check "STS gives keys" with "${pair[@]}" -- by_token
mapfile -t sts <"$work/sts.env"
check "a pair with a security token" with "${sts[@]}" -- is role/env

printf 'a.b.c' >"$work/token"
check "a service account's token is exchanged" with "${oidc[@]}" -- is role/pod
check "at STS, without a signature" equal "$(called)" "AssumeRoleWithOIDC GetCallerIdentity"
missing() {
    ask
    equal "$status" 1 && says "$work/none"
}
check "a token file that is not there is told" \
    with "${oidc[@]}" ALIBABA_CLOUD_OIDC_TOKEN_FILE="$work/none" -- missing
check "a pair goes before it" with "${pair[@]}" "${oidc[@]}" -- is Account
check "and STS was not asked for keys" equal "$(called)" GetCallerIdentity

metadata=(ALIBABA_CLOUD_ECS_METADATA_DISABLED=false METADATA_ENDPOINT="$mock_url")
check "the metadata server gives the instance's role" with "${metadata[@]}" -- is role/alb-mock-role
check "also when hardened mode is asked for" \
    with "${metadata[@]}" ALIBABA_CLOUD_IMDSV1_DISABLED=true -- is role/alb-mock-role
unknown_role() {
    ask
    equal "$status" 1 && says 404
}
check "a role that the instance does not have is told" \
    with "${metadata[@]}" ALIBABA_CLOUD_ECS_METADATA=nobody -- unknown_role

jq '.Credentials + {Code: "Success"} | {body: tostring} | [.]' "$work/sts.json" >"$work/answers.json"
mkfifo "$work/fake.out"
python3 "$top/tests/support/fake_http.py" --answers "$work/answers.json" --log "$work/fake.log" \
    >"$work/fake.out" &
fake_pid=$!
trap 'kill $fake_pid; cleanup' EXIT
read -r -t 20 fake_url <"$work/fake.out"
check "a credentials URI gives keys" with ALIBABA_CLOUD_CREDENTIALS_URI="$fake_url/keys" -- is role/env
check "it was asked by GET" equal "$(jq -r '.method + .target' "$work/fake.log")" GET/keys

profile '"mode":"AK","access_key_id":"testak","access_key_secret":"testsecret"'
check "the CLI's profile, mode AK" is Account
profile "$(jq -r '.Credentials | "\"mode\":\"StsToken\",\"access_key_id\":\"\(.AccessKeyId)\",\"access_key_secret\":\"\(.AccessKeySecret)\",\"sts_token\":\"\(.SecurityToken)\""' "$work/sts.json")"
check "mode StsToken" is role/env
profile '"mode":"RamRoleArn","access_key_id":"testak","access_key_secret":"testsecret","ram_role_arn":"acs:ram::1:role/cli","ram_session_name":"ci","expired_seconds":900'
check "mode RamRoleArn assumes the role" is role/cli
check "by AssumeRole" equal "$(called)" "AssumeRole GetCallerIdentity"
profile '"mode":"EcsRamRole","ram_role_name":"alb-mock-role"'
check "mode EcsRamRole" with "${metadata[@]}" -- is role/alb-mock-role
profile '"mode":"OIDC","oidc_provider_arn":"acs:ram::1:oidc-provider/p","oidc_token_file":"'"$work/token"'","ram_role_arn":"acs:ram::1:role/cli-oidc","ram_session_name":"ci"'
check "mode OIDC" is role/cli-oidc
profile '"mode":"CredentialsURI","credentials_uri":"'"$fake_url/cli"'"'
check "mode CredentialsURI" is role/env
check "a pair of the environment goes before the profile" with "${pair[@]}" -- is Account
rm "$HOME/.aliyun/config.json"
printf '[default]\ntype = access_key\naccess_key_id = testak\naccess_key_secret = testsecret\n' \
    >"$HOME/.alibabacloud/credentials"
check "the credentials file" is Account
wrong() {
    ask
    equal "$status" 1 && says SignatureDoesNotMatch && ! says wrong-secret
}
sed -i 's/testsecret/wrong-secret/' "$HOME/.alibabacloud/credentials"
check "a wrong secret is refused by the cloud and shown by nobody" wrong
finish
