#include "controller/rollout/service_watch.h"

#include <algorithm>
#include <utility>

#include "controller/core/object_fault.h"
#include "controller/rollout/reasons.h"
#include "kubeclient/api/object_meta.h"

namespace windlass::rollout {
namespace {

constexpr std::string_view kManifest = "deploy/rollout-services/rbac-rollout-services.yaml";
// A write that removes the last Pods of a revision waits at most this long for the first list of
// Services.
constexpr Duration kLoadingMax = seconds(30);
// If another client removes the key or annotation of Windlass twice within kTakenAtOnce, Windlass
// waits for kWrittenAgainAfter before it writes again. If more time is between the removals,
// Windlass writes again at once: without the key, the Service selects all revisions. Example: a
// tool applies its manifest every few minutes.
constexpr seconds kTakenAtOnce{30};
constexpr seconds kWrittenAgainAfter{60};
// If another client removes the key or annotation of Windlass twice within an hour, the condition
// ServicesSynced reports this for an hour after the last removal.
constexpr seconds kToldFor{3600};
// If a write to a Service fails because the API server is in trouble, the rollout goes on without
// writes to this Service for this time.
constexpr seconds kWithoutAfterFailure{30};

std::optional<Uid> WrittenFor(const Service* service) {
  const auto note = service != nullptr ? NoteOf(*service) : std::optional<ServiceNote>();
  return note ? std::optional(note->uid) : std::nullopt;
}

// Returns the end of the period of `length` that began at `since`; nullopt if the period is over.
// If the clock was set back (`since` is later than `now`), the period counts as over: otherwise a
// wait of a minute might last an hour.
std::optional<WallTime> EndOf(WallTime since, seconds length, WallTime now) {
  const WallTime end = since + length;
  return since <= now && now < end ? std::optional(end) : std::nullopt;
}

}  // namespace

ServiceWatch::ServiceWatch(ControllerHost& host, const Store<Rollout>& rollouts)
    : host_(host),
      rollouts_(rollouts),
      interest_(
          host.informers().environment().decoder.interests(),
          {.keeps_service_annotation = [](std::string_view key) { return key == kServiceOf; }}),
      shared_(
          host.informers().Of<Service>({"services", host.informers().All(resources::kServices),
                                        &DecodeService, ReplyFolding<Service>{.removes = true}})) {
  const auto news = [this] {
    for (const ObjectKey& key : wanting_) host_.Wake(key, Wake::kObjectChange);
  };
  shared_.informer.on_synced.Add(news);
  shared_.informer.on_forbidden.Add(news);
  shared_.informer.on_recovered.Add(news);
  shared_.informer.store().OnChange(
      [this](const Change<Service>& change) { ServiceChanged(change); });
  const auto wake = [this](const UnreadableObject& service) {
    ReadabilityChanged(service.identity.key);
  };
  shared_.informer.on_unreadable.Add(wake);
  shared_.informer.on_unreadable_gone.Add(wake);
}

void ServiceWatch::Start() {
  started_ = true;
  if (!wanting_.empty()) Run();
}

void ServiceWatch::Stop() {
  started_ = false;
  if (std::exchange(running_since_, std::nullopt)) host_.informers().Release({&shared_});
}

void ServiceWatch::Run() {
  if (!started_ || running_since_) return;
  running_since_ = host_.informers().environment().clock.Now();
  host_.informers().Use({&shared_});
  host_.RightsChanged();
}

// Returns true if the spec names a Service. Also returns true if Windlass may have to remove
// pod-template-hash from a Service that the spec no longer names. This is so if
//   - a Service has the annotation kServiceOf with the uid of this Rollout
//   - or the Rollout has the condition ServicesSynced, even while Windlass does not watch Services
bool ServiceWatch::Wants(const Rollout& rollout) const {
  return rollout.spec.strategy.services != RolloutServices{} ||
         written_for_.contains(rollout.meta.uid) ||
         FindCondition(rollout.status.conditions, kServicesSynced) != nullptr;
}

void ServiceWatch::LookAt(const Rollout& rollout) {
  const ObjectKey key = KeyOf(rollout.meta);
  if (Wants(rollout)) {
    wanting_.insert(key);
    Run();
  } else {
    wanting_.erase(key);
    planned_.erase(key);
  }
}

const Rollout* ServiceWatch::FindNoted(const Service& service) const {
  const std::optional<ServiceNote> note = NoteOf(service);
  if (!note) return nullptr;
  const ObjectKey key{service.meta.namespace_, std::string(note->rollout)};
  return rollouts_.FindByUid(key, note->uid);
}

const Rollout* ServiceWatch::FindOwner(const Service& service) const {
  const Rollout* owner = FindNoted(service);
  const bool names = owner != nullptr && NamesService(*owner, service.meta.name);
  return names && !owner->meta.deleting() ? owner : nullptr;
}

// Returns true if another client removed the key or the annotation that Windlass wrote. These do
// not count as losses:
//   - another client gave the key another value: Windlass leaves that value alone
//   - Windlass removed the key, because the Rollout in the annotation does not name the Service any
//     more
//   - the cache has no room for the Service, so nothing is known of the key
bool ServiceWatch::IsLoss(const Service& before, const Service& now) const {
  const std::optional<ServiceNote> note = NoteOf(before);
  if (!note || HashOf(before) != note->hash || FindOwner(before) == nullptr) return false;
  if (now.meta.cut()) return false;
  return !NoteOf(now) || !HashOf(now);
}

void ServiceWatch::Index(const Rollout& rollout, bool names) {
  const RolloutServices& services = rollout.spec.strategy.services;
  for (const std::string* name : {&services.stable, &services.canary}) {
    if (name->empty()) continue;
    const ObjectKey service{rollout.meta.namespace_, *name};
    if (names) {
      named_by_[service].insert(KeyOf(rollout.meta));
      continue;
    }
    const auto found = named_by_.find(service);
    if (found == named_by_.end()) continue;
    found->second.erase(KeyOf(rollout.meta));
    if (found->second.empty()) named_by_.erase(found);
  }
}

void ServiceWatch::WakeNaming(const ObjectKey& service) {
  const auto found = named_by_.find(service);
  if (found == named_by_.end()) return;
  for (const ObjectKey& key : found->second) host_.Wake(key, Wake::kObjectChange);
}

void ServiceWatch::RolloutChanged(const Change<Rollout>& change) {
  const Rollout* before = change.old_object;
  const Rollout* now = change.new_object;
  const ObjectKey key = KeyOf((now != nullptr ? now : before)->meta);
  if (before != nullptr) Index(*before, /*names=*/false);
  if (now != nullptr) {
    Index(*now, /*names=*/true);
    LookAt(*now);
  } else {
    wanting_.erase(key);
    planned_.erase(key);
  }
  if (before == nullptr || before->spec.strategy.services == RolloutServices{}) return;
  if (now != nullptr && now->spec.strategy.services == before->spec.strategy.services) return;
  // If this Rollout no longer names a Service that another Rollout also names, Windlass can now
  // write the Service for the other Rollout.
  for (const std::string* name :
       {&before->spec.strategy.services.stable, &before->spec.strategy.services.canary}) {
    WakeNaming({key.namespace_, *name});
  }
}

// Reads the notes in both versions of a Service, either of which may be null.
ServiceWatch::Seen ServiceWatch::See(const Service* before, const Service* now) const {
  Seen seen{.was = WrittenFor(before), .is = WrittenFor(now)};
  if (before != nullptr) seen.former = FindNoted(*before);
  if (now == nullptr) return seen;
  seen.owner = FindNoted(*now);
  seen.is_loss = before != nullptr && IsLoss(*before, *now);
  const auto not_kept = not_kept_.find(KeyOf(now->meta));
  seen.is_kept = not_kept != not_kept_.end() && Shows(*now, not_kept->second.patch);
  return seen;
}

void ServiceWatch::ServiceChanged(const Change<Service>& change) {
  const Service* before = change.old_object;
  const Service* now = change.new_object;
  const ObjectMeta& meta = (now != nullptr ? now : before)->meta;
  const ObjectKey key = KeyOf(meta);
  const auto see = [&] { return See(before, now); };
  const auto [was, is, former, owner, is_loss, is_kept] =
      KnownOf(host_.informers().faults(), resources::kServices, meta, see).value_or(Seen{});
  if (was && was != is) {
    const auto found = written_for_.find(*was);
    if (found != written_for_.end()) found->second.erase(key);
    if (found != written_for_.end() && found->second.empty()) written_for_.erase(found);
  }
  if (is) written_for_[*is].insert(key);
  if (owner != nullptr) LookAt(*owner);
  if (now == nullptr) {
    Forget(key);
  } else if (is_loss) {
    Losses& losses = losses_[key];
    losses = {.last = host_.informers().environment().clock.Wall(), .before = losses.last};
  }
  if (is_kept) not_kept_.erase(key);
  WakeNaming(key);
  // Also wakes the Rollout that the annotation names now, and the Rollout that it named before this
  // change. WakeNaming has already woken each Rollout that names the Service.
  for (const Rollout* noted : {former, former == owner ? nullptr : owner}) {
    const bool is_woken = noted == nullptr || NamesService(*noted, meta.name);
    if (!is_woken) host_.Wake(KeyOf(noted->meta), Wake::kObjectChange);
  }
}

void ServiceWatch::ReadabilityChanged(const ObjectKey& service) {
  WakeNaming(service);
  const Service* stored = shared_.informer.store().Find(service);
  if (stored == nullptr) return;
  const auto find = [&] { return FindNoted(*stored); };
  const Rollout* noted =
      KnownOf(host_.informers().faults(), resources::kServices, stored->meta, find)
          .value_or(nullptr);
  if (noted != nullptr && !NamesService(*noted, service.name)) {
    host_.Wake(KeyOf(noted->meta), Wake::kObjectChange);
  }
}

void ServiceWatch::Forget(const ObjectKey& service) {
  conflicts_.erase(service);
  losses_.erase(service);
  failed_at_.erase(service);
  refusals_.erase(service);
  not_kept_.erase(service);
}

void ServiceWatch::Learn(const ObjectKey& rollout, const Learned& learned, WallTime now) {
  const auto planned = planned_.find(rollout);
  if (planned == planned_.end()) return;
  const ObjectKey& service = planned->second.asked.key;
  const Outcome* outcome = FindOutcome(learned, planned->second.asked);
  if (outcome == nullptr && !planned->second.is_sent) {
    planned_.erase(planned);
    return;
  }
  const Error* error = outcome != nullptr && !outcome->said.ok() ? &outcome->said.error() : nullptr;
  if (error != nullptr && error->kind == ErrorKind::kConflict) {
    ++conflicts_[service];
  } else {
    conflicts_.erase(service);
  }
  if (error != nullptr && IsRefusal(error->kind)) {
    FirstRefusal& first = refusals_[service];
    if (first.words.empty() || first.kind != error->kind) first = {error->kind, error->message};
  } else if (outcome != nullptr && error == nullptr) {
    refusals_.erase(service);
    NoteIfKept(planned->second, *outcome, now);
  }
  if (outcome != nullptr) {
    failed_at_.erase(service);
  } else {
    failed_at_[service] = now;
  }
  // Windlass remembers nothing about a Service that was deleted meanwhile.
  if (shared_.informer.store().Find(service) == nullptr) Forget(service);
  planned_.erase(planned);
}

void ServiceWatch::Plan(const ObjectKey& rollout, const std::optional<Step>& step) {
  const Write* write = step ? std::get_if<Write>(&*step) : nullptr;
  if (write == nullptr || write->request.resource() != resources::kServices) return;
  planned_.insert_or_assign(rollout, Planned{write->request.Identity(), PatchIn(write->request)});
}

void ServiceWatch::BeforeWrite(const ObjectKey& rollout, const Request& write) {
  const auto planned = planned_.find(rollout);
  if (planned == planned_.end() || !(planned->second.asked == write.Identity())) return;
  planned->second.is_sent = true;
}

void ServiceWatch::NoteIfKept(const Planned& planned, const Outcome& outcome, WallTime now) {
  if (!outcome.kept) return;
  const ObjectKey& service = planned.asked.key;
  const Service* stored = shared_.informer.store().Find(service);
  const bool is_shown = stored != nullptr && Shows(*stored, planned.patch);
  if (outcome.kept->ok() || is_shown) {
    not_kept_.erase(service);
  } else {
    not_kept_.insert_or_assign(service, NotKept{planned.patch, now});
  }
}

ServicesKnown ServiceWatch::Known() const {
  if (!running_since_) return ServicesKnown::kLoading;
  const Reflector& reflector = shared_.reflector();
  if (reflector.forbidden_since()) return ServicesKnown::kForbidden;
  if (shared_.HasSynced()) return ServicesKnown::kYes;
  const Duration waited = host_.informers().environment().clock.Now() - *running_since_;
  const bool waits = reflector.trouble().empty() && waited < kLoadingMax;
  return waits ? ServicesKnown::kLoading : ServicesKnown::kFailed;
}

void ServiceWatch::TellLosses(const ObjectKey& service, WallTime now, NamedService& named) const {
  const auto found = losses_.find(service);
  if (found == losses_.end() || found->second.before.IsZero()) return;
  const Losses& losses = found->second;
  if (EndOf(losses.before, kTakenAtOnce, losses.last)) {
    named.not_before = EndOf(losses.last, kWrittenAgainAfter, now);
  }
  if (EndOf(losses.before, kToldFor, losses.last)) {
    named.told_until = EndOf(losses.last, kToldFor, now);
  }
}

NamedService ServiceWatch::Named(const Rollout& rollout, const std::string& name) const {
  NamedService named{.name = name};
  const ObjectKey key{rollout.meta.namespace_, name};
  const auto& quarantined = shared_.informer.quarantined();
  if (const auto found = quarantined.find(key); found != quarantined.end()) {
    named.unreadable = &found->second;
  }
  named.service = name.empty() ? nullptr : shared_.informer.store().Find(key);
  if (named.service == nullptr) return named;
  const WallTime now = host_.informers().environment().clock.Wall();
  TellLosses(key, now, named);
  if (const auto lost = not_kept_.find(key); lost != not_kept_.end()) {
    named.not_kept = &lost->second.patch;
    const auto again = EndOf(lost->second.at, kWrittenAgainAfter, now);
    named.not_before = std::max(named.not_before, again);
  }
  if (const auto failed = failed_at_.find(key); failed != failed_at_.end()) {
    named.failed_until = EndOf(failed->second, kWithoutAfterFailure, now);
  }
  const auto refusal = refusals_.find(key);
  if (refusal != refusals_.end()) named.first_refusal = &refusal->second;
  const auto conflicts = conflicts_.find(key);
  if (conflicts != conflicts_.end()) named.conflicts = conflicts->second;
  const Rollout* owner = FindOwner(*named.service);
  if (owner != nullptr && owner != &rollout) named.other_rollout = owner->meta.name;
  return named;
}

ServiceFacts ServiceWatch::FactsOf(const ObjectKey& key) const {
  const Rollout* rollout = rollouts_.Find(key);
  if (rollout == nullptr || !Wants(*rollout)) return {};
  const RolloutStrategy& strategy = rollout->spec.strategy;
  ServiceFacts facts{.wanted = true};
  if (!ServicesError(strategy).empty()) return facts;
  facts.known = Known();
  facts.stable.name = strategy.services.stable;
  facts.canary.name = strategy.services.canary;
  if (facts.known == ServicesKnown::kFailed) facts.trouble = shared_.Trouble();
  if (facts.known != ServicesKnown::kYes) return facts;
  facts.stable = Named(*rollout, strategy.services.stable);
  facts.canary = Named(*rollout, strategy.services.canary);
  const auto written = written_for_.find(rollout->meta.uid);
  if (written == written_for_.end()) return facts;
  for (const ObjectKey& service : written->second) {
    if (NamesService(*rollout, service.name)) continue;
    if (!(service.namespace_ == rollout->meta.namespace_)) continue;
    const NamedService left = Named(*rollout, service.name);
    if (left.service != nullptr) facts.left.push_back(left);
  }
  return facts;
}

std::vector<NeededRight> ServiceWatch::RightsNeeded() const {
  if (!running_since_) return {};
  RightsList rights(host_.informers().watched_namespace(),
                    {.right = {}, .manifest = kManifest, .optional = true});
  rights.Add(resources::kServices, "", {"get", "list", "watch", "patch"});
  return std::move(rights).Take();
}

std::string ServiceWatch::Note() const {
  if (!running_since_) return {};
  std::string trouble = shared_.Trouble();
  if (!trouble.empty()) trouble += "; until this is over, Windlass changes no Service of a Rollout";
  return trouble;
}

}  // namespace windlass::rollout
