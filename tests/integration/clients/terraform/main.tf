# A load balancer, a group, a listener and a rule in alb-mock.
terraform {
  required_providers {
    alicloud = { source = "aliyun/alicloud" }
  }
}

variable "endpoint" { type = string }

provider "alicloud" {
  access_key             = "testak"
  secret_key             = "testsecret"
  region                 = "cn-hangzhou"
  protocol               = "HTTP"
  skip_region_validation = true
  endpoints {
    alb = var.endpoint
    sts = var.endpoint
  }
}

resource "alicloud_alb_load_balancer" "it" {
  load_balancer_name     = "tf-lb"
  address_type           = "Internet"
  address_allocated_mode = "Fixed"
  load_balancer_edition  = "Standard"
  vpc_id                 = "vpc-1"
  load_balancer_billing_config { pay_type = "PayAsYouGo" }
  zone_mappings {
    vswitch_id = "vsw-0"
    zone_id    = "cn-hangzhou-g"
  }
  zone_mappings {
    vswitch_id = "vsw-1"
    zone_id    = "cn-hangzhou-h"
  }
  tags = { made-by = "terraform" }
}

resource "alicloud_alb_server_group" "it" {
  server_group_name = "tf-group"
  protocol          = "HTTP"
  vpc_id            = "vpc-1"
  health_check_config { health_check_enabled = false }
  sticky_session_config { sticky_session_enabled = false }
}

resource "alicloud_alb_listener" "it" {
  load_balancer_id  = alicloud_alb_load_balancer.it.id
  listener_protocol = "HTTP"
  listener_port     = 80
  default_actions {
    type = "ForwardGroup"
    forward_group_config {
      server_group_tuples { server_group_id = alicloud_alb_server_group.it.id }
    }
  }
}

resource "alicloud_alb_rule" "it" {
  listener_id = alicloud_alb_listener.it.id
  rule_name   = "tf-rule"
  priority    = 10
  rule_conditions {
    type = "Host"
    host_config { values = ["*.example.com"] }
  }
  rule_actions {
    order = 1
    type  = "ForwardGroup"
    forward_group_config {
      server_group_tuples { server_group_id = alicloud_alb_server_group.it.id }
    }
  }
}
