"""Everything the doors may call, handed to them by the composition root."""

from collections.abc import Callable

import attrs

from ..application.gym.browse import Browse
from ..application.gym.left_to_staff import LeftToStaff
from ..application.identity.authenticate import Authenticate
from ..application.identity.create_api_key import CreateApiKey
from ..application.identity.create_user import CreateUser
from ..application.identity.import_users import ImportUsers
from ..application.identity.log_in import LogIn
from ..application.identity.log_out import LogOut
from ..application.identity.revoke_api_key import RevokeApiKey
from ..application.jobs.cancel_job import CancelJob
from ..application.jobs.list_jobs import ListJobs
from ..application.jobs.retry_job import RetryJob
from ..application.jobs.show_job import ShowJob
from ..application.leads.convert_lead import ConvertLead
from ..application.leads.create_lead import CreateLead
from ..application.leads.get_lead import GetLead
from ..application.leads.update_lead import UpdateLead
from ..application.membership.cancel_membership import CancelMembership
from ..application.membership.create_membership import CreateMembership
from ..application.membership.get_member import GetMember
from ..application.membership.get_membership import GetMembership
from ..application.membership.list_packages import ListPackages
from ..application.membership.update_membership import UpdateMembership
from ..application.outgoing.browse_endpoints import BrowseEndpoints
from ..application.outgoing.change_endpoint import DeleteEndpoint, RotateSecret, SwitchEndpoint, UpdateEndpoint
from ..application.outgoing.create_endpoint import CreateEndpoint
from ..application.outgoing.send_again import ReplayMessages, SendTest
from ..application.ports.clock import Clock
from ..application.ports.directory import Directory
from ..application.ports.inboxes import InboxReaders
from ..application.ports.jobs import JobQueue
from ..application.ports.limits import Limiter
from ..application.ports.outgoing import OutgoingReaders
from ..application.ports.readers import AuditLog, Readers
from ..application.ports.webhooks import WebhookProviders
from ..application.schedules.change_schedules import CreateSchedule, DeleteSchedule, EditSchedule, PauseSchedule
from ..application.schedules.list_schedules import ListSchedules
from ..application.schedules.run_schedule import RunSchedule
from ..application.staff.complete_task import CompleteTask
from ..application.staff.get_task import GetTask
from ..application.sync.desk import SyncDesk
from ..application.tenancy.change_account import ChangeAccount
from ..application.tenancy.check_provider import CheckProvider
from ..application.tenancy.connect_provider import ConnectProvider
from ..application.tenancy.create_tenant import CreateTenant
from ..application.tenancy.list_provider_accounts import ListProviderAccounts
from ..application.webhooks.administer_inbox import AdministerInbox
from ..application.webhooks.answer_call import AnswerInboundCall
from ..application.webhooks.ensure import EnsureWebhooks
from ..application.webhooks.get_delivery import GetDelivery
from ..application.webhooks.receive import ReceiveWebhook
from ..application.webhooks.replay import ReplayDeliveries

# Told of every webhook: its provider (or ``unknown``) and the status of the answer. For metrics.
WebhookObserver = Callable[[str, int], None]


@attrs.frozen(kw_only=True)
class UseCases:
    """One attribute per use case; the read models and lists of the installation may be asked directly."""

    log_in: LogIn
    log_out: LogOut
    authenticate: Authenticate
    create_user: CreateUser
    import_users: ImportUsers
    create_api_key: CreateApiKey
    revoke_api_key: RevokeApiKey
    create_tenant: CreateTenant
    connect_provider: ConnectProvider
    change_account: ChangeAccount
    list_provider_accounts: ListProviderAccounts
    check_provider: CheckProvider
    create_membership: CreateMembership
    update_membership: UpdateMembership
    cancel_membership: CancelMembership
    get_member: GetMember
    get_membership: GetMembership
    list_packages: ListPackages
    create_lead: CreateLead
    get_lead: GetLead
    update_lead: UpdateLead
    convert_lead: ConvertLead
    browse: Browse
    left_to_staff: LeftToStaff
    sync: SyncDesk
    complete_task: CompleteTask
    get_task: GetTask
    list_jobs: ListJobs
    show_job: ShowJob
    retry_job: RetryJob
    cancel_job: CancelJob
    list_schedules: ListSchedules
    create_schedule: CreateSchedule
    edit_schedule: EditSchedule
    pause_schedule: PauseSchedule
    delete_schedule: DeleteSchedule
    run_schedule: RunSchedule
    receive_webhook: ReceiveWebhook
    answer_inbound_call: AnswerInboundCall
    administer_inbox: AdministerInbox
    get_delivery: GetDelivery
    replay_deliveries: ReplayDeliveries
    ensure_webhooks: EnsureWebhooks
    webhook_providers: WebhookProviders
    observe_webhook: WebhookObserver
    inbox_readers: InboxReaders
    outgoing_readers: OutgoingReaders
    browse_endpoints: BrowseEndpoints
    create_endpoint: CreateEndpoint
    update_endpoint: UpdateEndpoint
    rotate_endpoint_secret: RotateSecret
    switch_endpoint: SwitchEndpoint
    delete_endpoint: DeleteEndpoint
    send_test_message: SendTest
    replay_messages: ReplayMessages
    job_queue: JobQueue
    readers: Readers
    directory: Directory
    audit: AuditLog
    limiter: Limiter
    clock: Clock
