"""The official Python SDKs, the present one (ACS3 signature) and the older one (RPC signature),
against alb-mock: a load balancer, a group, a listener and a rule are created, read back and
deleted.

    test.py HOST:PORT        prints TAP
"""
import json
import sys
import time
import traceback

from alibabacloud_alb20200616 import models
from alibabacloud_alb20200616.client import Client
from alibabacloud_tea_openapi.models import Config
from aliyunsdkalb.request import v20200616 as requests
from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from Tea.exceptions import TeaException

import importlib
import re

ENDPOINT = sys.argv[1]


class Present:
    """Calls by name with a tree of parameters, as the reply's JSON."""

    name = 'the Python SDK'

    def __init__(self):
        self.client = Client(Config(
            access_key_id='testak', access_key_secret='testsecret', endpoint=ENDPOINT,
            protocol='http', region_id='cn-hangzhou'))

    def call(self, action, **parameters):
        request = getattr(models, action + 'Request')().from_map(parameters)
        method = re.sub(r'(?<!^)(?=[A-Z])', '_', action).lower()
        return getattr(self.client, method)(request).to_map()['body']

    @staticmethod
    def refusal(error):
        return (error.code, error.statusCode) if isinstance(error, TeaException) else None


class Older:
    name = 'the older Python SDK'

    def __init__(self):
        self.client = AcsClient('testak', 'testsecret', 'cn-hangzhou')

    def call(self, action, **parameters):
        module = importlib.import_module(f'{requests.__name__}.{action}Request')
        request = getattr(module, action + 'Request')()
        request.set_endpoint(ENDPOINT)
        request.set_protocol_type('http')
        for name, value in parameters.items():
            getattr(request, 'set_' + {'Tag': 'Tags'}.get(name, name))(value)
        return json.loads(self.client.do_action_with_exception(request))

    @staticmethod
    def refusal(error):
        if not isinstance(error, ServerException):
            return None
        return error.get_error_code(), error.get_http_status()


def until(ask, done):
    deadline = time.monotonic() + 10
    while True:
        answer = ask()
        if done(answer):
            return answer
        assert time.monotonic() < deadline, f'not in time: {answer}'


def refused(sdk, code, status, action, **parameters):
    try:
        sdk.call(action, **parameters)
    except Exception as error:  # each SDK has exceptions of its own
        assert sdk.refusal(error) == (code, status), f'{action}: {error!r}'
        return
    raise AssertionError(f'{action} was not refused')


def jobs_done(sdk, reply):
    until(lambda: sdk.call('ListAsynJobs', JobIds=[reply['JobId']])['Jobs'],
          lambda jobs: [job['Status'] for job in jobs] == ['Succeeded'])


def life(sdk):
    zones = [zone['ZoneId'] for zone in sdk.call('DescribeZones')['Zones']]
    lb = sdk.call(
        'CreateLoadBalancer', LoadBalancerName='python-lb', AddressType='Internet',
        LoadBalancerEdition='Standard', VpcId='vpc-1',
        LoadBalancerBillingConfig={'PayType': 'PostPay'},
        ZoneMappings=[{'VSwitchId': 'vsw-0', 'ZoneId': zones[0]},
                      {'VSwitchId': 'vsw-1', 'ZoneId': zones[1]}])['LoadBalancerId']
    read = until(lambda: sdk.call('GetLoadBalancerAttribute', LoadBalancerId=lb),
                 lambda answer: answer['LoadBalancerStatus'] == 'Active')
    assert read['LoadBalancerName'] == 'python-lb'
    assert [zone['ZoneId'] for zone in read['ZoneMappings']] == zones[:2]

    reply = sdk.call(
        'CreateServerGroup', ServerGroupName='python-group', VpcId='vpc-1', Protocol='HTTP',
        HealthCheckConfig={'HealthCheckEnabled': True, 'HealthCheckPath': '/healthz',
                           'HealthCheckCodes': ['http_2xx', 'http_3xx']})
    group = reply['ServerGroupId']
    jobs_done(sdk, reply)
    reply = sdk.call('AddServersToServerGroup', ServerGroupId=group, Servers=[
        {'ServerType': 'Eni', 'ServerId': 'eni-0a000005', 'ServerIp': '10.0.0.5', 'Port': 80,
         'Weight': 0, 'Description': 'été 中 a+b%20'}])
    jobs_done(sdk, reply)
    servers = sdk.call('ListServerGroupServers', ServerGroupId=group)['Servers']
    assert [(s['ServerIp'], s['Weight'], s['Description']) for s in servers] \
        == [('10.0.0.5', 0, 'été 中 a+b%20')], servers

    action = {'Type': 'ForwardGroup',
              'ForwardGroupConfig': {'ServerGroupTuples': [{'ServerGroupId': group}]}}
    reply = sdk.call('CreateListener', LoadBalancerId=lb, ListenerPort=80,
                     ListenerProtocol='HTTP', GzipEnabled=False, DefaultActions=[action])
    listener = reply['ListenerId']
    jobs_done(sdk, reply)
    read = sdk.call('GetListenerAttribute', ListenerId=listener)
    assert read['ListenerStatus'] == 'Running' and read['GzipEnabled'] is False
    assert read['DefaultActions'] == [action]

    conditions = [
        {'Type': 'Host', 'HostConfig': {'Values': ['*.example.com']}},
        {'Type': 'QueryString',
         'QueryStringConfig': {'Values': [{'Key': 'a+b', 'Value': '1%20=2'}]}}]
    reply = sdk.call(
        'CreateRule', ListenerId=listener, RuleName='python-rule', Priority=10,
        RuleConditions=conditions, RuleActions=[dict(action, Order=1)])
    rule = reply['RuleId']
    jobs_done(sdk, reply)
    rules = sdk.call('ListRules', RuleIds=[rule])['Rules']
    assert len(rules) == 1 and rules[0]['RuleConditions'] == conditions, rules
    assert rules[0]['RuleStatus'] == 'Available' and rules[0]['Priority'] == 10

    refused(sdk, 'ResourceInUse.ServerGroup', 400, 'DeleteServerGroup', ServerGroupId=group)
    refused(sdk, 'ResourceNotFound.Listener', 404, 'GetListenerAttribute', ListenerId='lsn-none')
    refused(sdk, 'MissingRuleId', 400, 'DeleteRule')

    jobs_done(sdk, sdk.call('DeleteRule', RuleId=rule))
    jobs_done(sdk, sdk.call('DeleteListener', ListenerId=listener))
    jobs_done(sdk, sdk.call('DeleteServerGroup', ServerGroupId=group))
    jobs_done(sdk, sdk.call('DeleteLoadBalancer', LoadBalancerId=lb))
    assert sdk.call('ListLoadBalancers', LoadBalancerIds=[lb])['TotalCount'] == 0


failed = 0
for kind in (Present, Older):
    try:
        life(kind())
        print(f'ok {kind.name} creates, reads and deletes')
    except Exception:  # a failed claim, or an SDK that did not understand
        failed = 1
        traceback.print_exc()
        print(f'not ok {kind.name} creates, reads and deletes')
sys.exit(failed)
