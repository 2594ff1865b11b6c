// The official Go SDK, and the libraries below Terraform's provider and the aliyun CLI, against
// alb-mock: a load balancer, a group, a listener and a rule are created, read back and deleted.
//
//	client HOST:PORT        prints TAP
package main

import (
	"fmt"
	"os"
	"reflect"
	"time"

	alb "github.com/alibabacloud-go/alb-20200616/v2/client"
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

// check ends the life below; main tells of it.
func check(ok bool, format string, arguments ...interface{}) {
	if !ok {
		panic(fmt.Sprintf(format, arguments...))
	}
}

func must[T any](reply T, err error) T {
	check(err == nil, "%v", err)
	return reply
}

func until(what string, done func() bool) {
	for deadline := time.Now().Add(10 * time.Second); !done(); {
		check(time.Now().Before(deadline), "not in time: %s", what)
	}
}

func refused(err error, code string, status int) {
	refusal, ok := err.(*tea.SDKError)
	check(ok, "not refused with %s: %v", code, err)
	check(tea.StringValue(refusal.Code) == code, "refused with %s, not %s", tea.StringValue(refusal.Code), code)
	check(tea.IntValue(refusal.StatusCode) == status, "%s has status %d", code, tea.IntValue(refusal.StatusCode))
}

func jobDone(client *alb.Client, id *string) {
	until("job "+tea.StringValue(id), func() bool {
		jobs := must(client.ListAsynJobs(&alb.ListAsynJobsRequest{JobIds: []*string{id}})).Body.Jobs
		return len(jobs) == 1 && tea.StringValue(jobs[0].Status) == "Succeeded"
	})
}

func makeLoadBalancer(client *alb.Client) *string {
	zones := must(client.DescribeZones(&alb.DescribeZonesRequest{})).Body.Zones
	mappings := []*alb.CreateLoadBalancerRequestZoneMappings{
		{VSwitchId: tea.String("vsw-0"), ZoneId: zones[0].ZoneId},
		{VSwitchId: tea.String("vsw-1"), ZoneId: zones[1].ZoneId},
	}
	lb := must(client.CreateLoadBalancer(&alb.CreateLoadBalancerRequest{
		LoadBalancerName: tea.String("go-lb"), AddressType: tea.String("Internet"),
		LoadBalancerEdition: tea.String("Standard"), VpcId: tea.String("vpc-1"),
		LoadBalancerBillingConfig: &alb.CreateLoadBalancerRequestLoadBalancerBillingConfig{PayType: tea.String("PostPay")},
		ZoneMappings:              mappings,
	})).Body.LoadBalancerId
	until("the load balancer", func() bool {
		read := must(client.GetLoadBalancerAttribute(&alb.GetLoadBalancerAttributeRequest{LoadBalancerId: lb})).Body
		check(tea.StringValue(read.LoadBalancerName) == "go-lb" && len(read.ZoneMappings) == 2, "read %v", read)
		return tea.StringValue(read.LoadBalancerStatus) == "Active"
	})
	return lb
}

func makeGroup(client *alb.Client) *string {
	made := must(client.CreateServerGroup(&alb.CreateServerGroupRequest{
		ServerGroupName: tea.String("go-group"), VpcId: tea.String("vpc-1"),
		HealthCheckConfig: &alb.CreateServerGroupRequestHealthCheckConfig{
			HealthCheckEnabled: tea.Bool(true), HealthCheckPath: tea.String("/healthz"),
			HealthCheckCodes: tea.StringSlice([]string{"http_2xx", "http_3xx"}),
		},
	})).Body
	jobDone(client, made.JobId)
	added := must(client.AddServersToServerGroup(&alb.AddServersToServerGroupRequest{
		ServerGroupId: made.ServerGroupId,
		Servers: []*alb.AddServersToServerGroupRequestServers{{
			ServerType: tea.String("Eni"), ServerId: tea.String("eni-0a000005"), ServerIp: tea.String("10.0.0.5"),
			Port: tea.Int32(80), Weight: tea.Int32(0), Description: tea.String("été 中 a+b%20"),
		}},
	})).Body
	jobDone(client, added.JobId)
	servers := must(client.ListServerGroupServers(&alb.ListServerGroupServersRequest{ServerGroupId: made.ServerGroupId})).Body.Servers
	check(len(servers) == 1 && tea.Int32Value(servers[0].Weight) == 0, "servers %v", servers)
	check(tea.StringValue(servers[0].Description) == "été 中 a+b%20", "description %s", tea.StringValue(servers[0].Description))
	return made.ServerGroupId
}

func makeListener(client *alb.Client, lb, group *string) *string {
	made := must(client.CreateListener(&alb.CreateListenerRequest{
		LoadBalancerId: lb, ListenerPort: tea.Int32(80), ListenerProtocol: tea.String("HTTP"), GzipEnabled: tea.Bool(false),
		DefaultActions: []*alb.CreateListenerRequestDefaultActions{{
			Type: tea.String("ForwardGroup"),
			ForwardGroupConfig: &alb.CreateListenerRequestDefaultActionsForwardGroupConfig{
				ServerGroupTuples: []*alb.CreateListenerRequestDefaultActionsForwardGroupConfigServerGroupTuples{{ServerGroupId: group}},
			},
		}},
	})).Body
	jobDone(client, made.JobId)
	read := must(client.GetListenerAttribute(&alb.GetListenerAttributeRequest{ListenerId: made.ListenerId})).Body
	check(tea.StringValue(read.ListenerStatus) == "Running" && !tea.BoolValue(read.GzipEnabled), "listener %v", read)
	return made.ListenerId
}

func makeRule(client *alb.Client, listener, group *string) *string {
	made := must(client.CreateRule(&alb.CreateRuleRequest{
		ListenerId: listener, RuleName: tea.String("go-rule"), Priority: tea.Int32(10),
		RuleConditions: []*alb.CreateRuleRequestRuleConditions{{
			Type:       tea.String("Host"),
			HostConfig: &alb.CreateRuleRequestRuleConditionsHostConfig{Values: tea.StringSlice([]string{"*.example.com"})},
		}},
		RuleActions: []*alb.CreateRuleRequestRuleActions{{
			Type: tea.String("ForwardGroup"), Order: tea.Int32(1),
			ForwardGroupConfig: &alb.CreateRuleRequestRuleActionsForwardGroupConfig{
				ServerGroupTuples: []*alb.CreateRuleRequestRuleActionsForwardGroupConfigServerGroupTuples{
					{ServerGroupId: group, Weight: tea.Int32(100)},
				},
			},
		}},
	})).Body
	jobDone(client, made.JobId)
	rules := must(client.ListRules(&alb.ListRulesRequest{RuleIds: []*string{made.RuleId}})).Body.Rules
	check(len(rules) == 1 && tea.StringValue(rules[0].RuleStatus) == "Available", "rules %v", rules)
	hosts := tea.StringSliceValue(rules[0].RuleConditions[0].HostConfig.Values)
	check(reflect.DeepEqual(hosts, []string{"*.example.com"}), "hosts %v", hosts)
	return made.RuleId
}

func life(client *alb.Client) {
	lb := makeLoadBalancer(client)
	group := makeGroup(client)
	listener := makeListener(client, lb, group)
	rule := makeRule(client, listener, group)

	_, err := client.DeleteServerGroup(&alb.DeleteServerGroupRequest{ServerGroupId: group})
	refused(err, "ResourceInUse.ServerGroup", 400)
	_, err = client.GetListenerAttribute(&alb.GetListenerAttributeRequest{ListenerId: tea.String("lsn-none")})
	refused(err, "ResourceNotFound.Listener", 404)

	jobDone(client, must(client.DeleteRule(&alb.DeleteRuleRequest{RuleId: rule})).Body.JobId)
	jobDone(client, must(client.DeleteListener(&alb.DeleteListenerRequest{ListenerId: listener})).Body.JobId)
	jobDone(client, must(client.DeleteServerGroup(&alb.DeleteServerGroupRequest{ServerGroupId: group})).Body.JobId)
	jobDone(client, must(client.DeleteLoadBalancer(&alb.DeleteLoadBalancerRequest{LoadBalancerId: lb})).Body.JobId)
	left := must(client.ListLoadBalancers(&alb.ListLoadBalancersRequest{LoadBalancerIds: []*string{lb}})).Body
	check(tea.Int32Value(left.TotalCount) == 0, "left: %v", left)
}

// tell prints what became of one life.
func tell(name string, life func()) {
	defer func() {
		if failure := recover(); failure != nil {
			fmt.Fprintln(os.Stderr, failure)
			fmt.Printf("not ok %s creates, reads and deletes\n", name)
			failed = 1
			return
		}
		fmt.Printf("ok %s creates, reads and deletes\n", name)
	}()
	life()
}

var failed int

func main() {
	endpoint := os.Args[1]
	tell("the Go SDK", func() {
		life(must(alb.NewClient(&openapi.Config{
			AccessKeyId: tea.String("testak"), AccessKeySecret: tea.String("testsecret"),
			Endpoint: tea.String(endpoint), Protocol: tea.String("http"),
		})))
	})
	tell("the library below Terraform's provider", func() { lifeBelow(newTeaRPC(endpoint)) })
	tell("the library below the aliyun CLI", func() { lifeBelow(newSDKGo(endpoint)) })
	os.Exit(failed)
}
