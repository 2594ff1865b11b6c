package main

import (
	"encoding/json"
	"fmt"
	"strings"

	rpc "github.com/alibabacloud-go/tea-rpc/client"
	util "github.com/alibabacloud-go/tea-utils/service"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
)

type tree = map[string]interface{}
type list = []interface{}

// A caller is a library that bigger clients are made of: a call by its name, with a tree of
// parameters; the code and status of a refusal.
type caller interface {
	call(action string, parameters tree) (reply tree, code string, status int)
}

// teaRPC is what Terraform's provider calls ALB with: common parameters in the query, the
// others in a form, both signed (RPC signature).
type teaRPC struct{ client *rpc.Client }

func newTeaRPC(endpoint string) caller {
	return teaRPC{must(rpc.NewClient(&rpc.Config{
		AccessKeyId: tea.String("testak"), AccessKeySecret: tea.String("testsecret"), RegionId: tea.String("cn-hangzhou"),
		Endpoint: tea.String(endpoint), Protocol: tea.String("http"),
	}))}
}

func (t teaRPC) call(action string, parameters tree) (tree, string, int) {
	reply, err := t.client.DoRequest(tea.String(action), nil, tea.String("POST"), tea.String("2020-06-16"), tea.String("AK"),
		nil, parameters, &util.RuntimeOptions{})
	if refusal, ok := err.(*tea.SDKError); ok {
		return nil, tea.StringValue(refusal.Code), tea.IntValue(refusal.StatusCode)
	}
	return must(reply, err), "", 0
}

// sdkGo is what the aliyun CLI calls with: everything in the query of a POST without a body.
type sdkGo struct {
	client   *sdk.Client
	endpoint string
}

func newSDKGo(endpoint string) caller {
	return sdkGo{must(sdk.NewClientWithAccessKey("cn-hangzhou", "testak", "testsecret")), endpoint}
}

// flatten gives "Servers.1.Port" and the like.
func flatten(prefix string, value interface{}, out map[string]string) {
	switch value := value.(type) {
	case tree:
		for name, member := range value {
			flatten(prefix+"."+name, member, out)
		}
	case list:
		for i, element := range value {
			flatten(fmt.Sprintf("%s.%d", prefix, i+1), element, out)
		}
	default:
		out[strings.TrimPrefix(prefix, ".")] = fmt.Sprint(value)
	}
}

func (s sdkGo) call(action string, parameters tree) (tree, string, int) {
	request := requests.NewCommonRequest()
	request.Method = "POST"
	request.Scheme = "http"
	request.Domain = s.endpoint
	request.Version = "2020-06-16"
	request.ApiName = action
	flatten("", parameters, request.QueryParams)
	response, err := s.client.ProcessCommonRequest(request)
	if refusal, ok := err.(*sdkerrors.ServerError); ok {
		return nil, refusal.ErrorCode(), refusal.HttpStatus()
	}
	check(err == nil, "%s: %v", action, err)
	reply := tree{}
	check(json.Unmarshal(response.GetHttpContentBytes(), &reply) == nil, "%s: no JSON", action)
	return reply, "", 0
}

// done makes a call that must succeed.
func done(c caller, action string, parameters tree) tree {
	reply, code, _ := c.call(action, parameters)
	check(code == "", "%s: %s", action, code)
	return reply
}

func changed(c caller, action string, parameters tree) tree {
	reply := done(c, action, parameters)
	until(action, func() bool {
		jobs := done(c, "ListAsynJobs", tree{"JobIds": list{reply["JobId"]}})["Jobs"].(list)
		return len(jobs) == 1 && jobs[0].(tree)["Status"] == "Succeeded"
	})
	return reply
}

func lifeBelow(c caller) {
	zones := done(c, "DescribeZones", tree{})["Zones"].(list)
	zone := func(n int) tree {
		return tree{"VSwitchId": fmt.Sprintf("vsw-%d", n), "ZoneId": zones[n].(tree)["ZoneId"]}
	}
	lb := done(c, "CreateLoadBalancer", tree{
		"LoadBalancerName": "below-lb", "AddressType": "Internet", "LoadBalancerEdition": "Standard", "VpcId": "vpc-1",
		"LoadBalancerBillingConfig": tree{"PayType": "PostPay"}, "ZoneMappings": list{zone(0), zone(1)},
	})["LoadBalancerId"]
	until("the load balancer", func() bool {
		return done(c, "GetLoadBalancerAttribute", tree{"LoadBalancerId": lb})["LoadBalancerStatus"] == "Active"
	})
	group := changed(c, "CreateServerGroup", tree{
		"ServerGroupName": "below-group", "VpcId": "vpc-1",
		"HealthCheckConfig": tree{"HealthCheckEnabled": true, "HealthCheckCodes": list{"http_2xx", "http_3xx"}},
	})["ServerGroupId"]
	changed(c, "AddServersToServerGroup", tree{"ServerGroupId": group, "Servers": list{tree{
		"ServerType": "Eni", "ServerId": "eni-0a000005", "ServerIp": "10.0.0.5", "Port": 80, "Description": "été 中 a+b%20",
	}}})
	servers := done(c, "ListServerGroupServers", tree{"ServerGroupId": group})["Servers"].(list)
	check(len(servers) == 1 && servers[0].(tree)["Description"] == "été 中 a+b%20", "servers %v", servers)
	action := tree{"Type": "ForwardGroup", "ForwardGroupConfig": tree{"ServerGroupTuples": list{tree{"ServerGroupId": group}}}}
	listener := changed(c, "CreateListener", tree{
		"LoadBalancerId": lb, "ListenerPort": 80, "ListenerProtocol": "HTTP", "GzipEnabled": false, "DefaultActions": list{action},
	})["ListenerId"]
	rule := changed(c, "CreateRule", tree{
		"ListenerId": listener, "RuleName": "below-rule", "Priority": 10,
		"RuleConditions": list{tree{"Type": "Host", "HostConfig": tree{"Values": list{"*.example.com"}}}},
		"RuleActions":    list{tree{"Order": 1, "Type": action["Type"], "ForwardGroupConfig": action["ForwardGroupConfig"]}},
	})["RuleId"]
	rules := done(c, "ListRules", tree{"ListenerIds": list{listener}})["Rules"].(list)
	check(len(rules) == 1 && rules[0].(tree)["RuleId"] == rule, "rules %v", rules)
	_, code, status := c.call("DeleteServerGroup", tree{"ServerGroupId": group})
	check(code == "ResourceInUse.ServerGroup" && status == 400, "refused with %s, %d", code, status)
	changed(c, "DeleteRule", tree{"RuleId": rule})
	changed(c, "DeleteListener", tree{"ListenerId": listener})
	changed(c, "DeleteServerGroup", tree{"ServerGroupId": group})
	changed(c, "DeleteLoadBalancer", tree{"LoadBalancerId": lb})
	_, code, status = c.call("GetLoadBalancerAttribute", tree{"LoadBalancerId": lb})
	check(code == "ResourceNotFound.LoadBalancer" && status == 404, "refused with %s, %d", code, status)
}
