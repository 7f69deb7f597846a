"""Every class of the installation, put together in one place: the parts, and the use cases that they add up to."""

from ..entrypoints.use_cases import UseCases
from .injection import providers
from .metrics import observe_webhook
from .parts.connections import Connections
from .parts.ground import Ground
from .parts.gym import Gym
from .parts.identity import Identity
from .parts.jobs import Jobs
from .parts.outgoing import Outgoing
from .parts.schedules import Schedules
from .parts.storage import Storage
from .parts.sync import Sync
from .parts.tenancy import Tenancy
from .parts.webhooks import Webhooks


class Container(Identity, Gym, Tenancy):
    """Providers are typed as ports, so that a test overrides any of them with a fake.

    Engines and clients are built synchronously and closed by ``Installation``. One container per application.
    """

    use_cases: providers.Provider[UseCases] = providers.Singleton(
        UseCases,
        log_in=Identity.log_in,
        log_out=Identity.log_out,
        authenticate=Identity.authenticate,
        create_user=Identity.create_user,
        import_users=Identity.import_users,
        create_api_key=Identity.create_api_key,
        revoke_api_key=Identity.revoke_api_key,
        create_tenant=Tenancy.create_tenant,
        connect_provider=Tenancy.connect_provider,
        change_account=Tenancy.change_account,
        list_provider_accounts=Tenancy.list_provider_accounts,
        check_provider=Tenancy.check_provider,
        create_membership=Gym.create_membership,
        update_membership=Gym.update_membership,
        cancel_membership=Gym.cancel_membership,
        get_member=Gym.get_member,
        get_membership=Gym.get_membership,
        list_packages=Gym.list_packages,
        create_lead=Gym.create_lead,
        get_lead=Gym.get_lead,
        update_lead=Gym.update_lead,
        convert_lead=Gym.convert_lead,
        browse=Gym.browse,
        left_to_staff=Gym.left_to_staff,
        sync=Sync.sync,
        complete_task=Gym.complete_task,
        get_task=Gym.get_task,
        list_jobs=Jobs.list_jobs,
        show_job=Jobs.show_job,
        retry_job=Jobs.retry_job,
        cancel_job=Jobs.cancel_job,
        list_schedules=Schedules.list_schedules,
        create_schedule=Schedules.create_schedule,
        edit_schedule=Schedules.edit_schedule,
        pause_schedule=Schedules.pause_schedule,
        delete_schedule=Schedules.delete_schedule,
        run_schedule=Schedules.run_schedule,
        receive_webhook=Webhooks.receive_webhook,
        answer_inbound_call=Webhooks.answer_inbound_call,
        administer_inbox=Webhooks.administer_inbox,
        get_delivery=Webhooks.get_delivery,
        replay_deliveries=Webhooks.replay_deliveries,
        ensure_webhooks=Webhooks.ensure_webhooks,
        webhook_providers=Connections.webhook_providers,
        observe_webhook=providers.Object(observe_webhook),
        inbox_readers=Storage.inbox_readers,
        outgoing_readers=Storage.outgoing_readers,
        browse_endpoints=Outgoing.browse_endpoints,
        create_endpoint=Outgoing.create_endpoint,
        update_endpoint=Outgoing.update_endpoint,
        rotate_endpoint_secret=Outgoing.rotate_endpoint_secret,
        switch_endpoint=Outgoing.switch_endpoint,
        delete_endpoint=Outgoing.delete_endpoint,
        send_test_message=Outgoing.send_test_message,
        replay_messages=Outgoing.replay_messages,
        job_queue=Storage.queue,
        readers=Storage.readers,
        directory=Storage.directory,
        audit=Storage.audit,
        limiter=Ground.limiter,
        clock=Ground.clock,
    )
