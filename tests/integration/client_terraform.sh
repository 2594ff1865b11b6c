#!/usr/bin/env bash
# client_terraform.sh - Terraform with its official provider against alb-mock (clients/terraform):
# applied, planned again without a difference, destroyed.  The provider is that of the registry
# or, where it was built there before, build/clients/terraform/terraform-provider-alicloud.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
command -v terraform >/dev/null || skip_all "terraform is not installed"

cp "$top/tests/integration/clients/terraform/main.tf" "$work"
export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_CLI_CONFIG_FILE=$work/terraform.rc
if [ -x "$top/build/clients/terraform/terraform-provider-alicloud" ]; then
    printf 'provider_installation {\n  dev_overrides { "aliyun/alicloud" = "%s" }\n  direct {}\n}\n' \
        "$top/build/clients/terraform" >"$TF_CLI_CONFIG_FILE"
else
    printf 'disable_checkpoint = true\n' >"$TF_CLI_CONFIG_FILE"
    timeout 180 terraform -chdir="$work" init -no-color -input=false >"$work/tf.log" 2>&1 </dev/null || {
        tail -n 5 "$work/tf.log" >&2
        skip_all "the provider is neither in a registry that can be reached nor built"
    }
fi

terra() { # VERB OPTION...
    local verb=$1
    shift
    timeout 250 terraform -chdir="$work" "$verb" -no-color -input=false "$@" >"$work/tf.log" 2>&1 </dev/null
    local status=$?
    [ $status = 0 ] || tail -n 20 "$work/tf.log" >&2
    return $status
}

mock_start --pending-ms 20
export TF_VAR_endpoint=${mock_url#http://}
check "terraform applies" terra apply -auto-approve
check "terraform sees no difference afterwards" terra plan -detailed-exitcode
check "terraform destroys" terra destroy -auto-approve
check "the mock ends cleanly" mock_stop
finish
