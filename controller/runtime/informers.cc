#include "controller/runtime/informers.h"

namespace windlass {
namespace {

InformerEnvironment Gated(ListGate& gate, InformerEnvironment environment) {
  environment.list_gate = &gate;
  return environment;
}

}  // namespace

Informers::Informers(const InformerEnvironment& environment, std::string watched_namespace)
    : list_gate_(environment.clock, environment.timers),
      environment_(Gated(list_gate_, environment)),
      namespace_(std::move(watched_namespace)),
      identity_(environment.clock, environment.random, environment.log, environment.timers,
                environment.transport, environment.decoder) {
  identity_.on_changed = [this] { Reset("another cluster answers"); };
}

Informers::~Informers() {
  for (const auto& informer : informers_) informer->Stop();
}

ReflectorOptions Informers::All(const ResourceId& resource) const {
  ReflectorOptions options;
  options.resource = resource;
  if (resource.namespaced) options.namespace_ = namespace_;
  return options;
}

void Informers::Use(std::initializer_list<AnyInformer*> wanted) {
  if (!std::exchange(started_, true)) CheckIdentity();
  std::vector<AnyInformer*> started;
  for (AnyInformer* informer : wanted) {
    if (++informer->users_ == 1) started.push_back(informer);
  }
  for (AnyInformer* informer : started) informer->Start();
  for (AnyInformer* informer : started) informer->StartAudit();
}

void Informers::Release(std::initializer_list<AnyInformer*> unwanted) {
  for (AnyInformer* informer : unwanted) {
    WL_ASSERT(informer->used());
    if (--informer->users_ == 0) informer->Stop();
  }
}

// After an outage that broke no watch, no informer recovers, so nothing else would check the
// identity.
void Informers::TryNow(bool was_refused) {
  CheckIdentity();
  for (const auto& informer : informers_) informer->TryNow(was_refused);
}

void Informers::Reset(std::string_view why) {
  if (std::exchange(resetting_, true)) return;  // reset by an informer that we are resetting
  for (const auto& informer : informers_) informer->Reset(why);
  resetting_ = false;
  if (on_reset) on_reset();
  CheckIdentity();
}

// A process that watches one namespace only may have no right to check the cluster's identity
//
void Informers::CheckIdentity() {
  if (namespace_.empty() && started_) identity_.Check();
}

std::vector<InformerSnapshot> Informers::Snapshots() const {
  std::vector<InformerSnapshot> shown;
  for (const auto& informer : informers_) {
    if (informer->used()) shown.push_back(informer->Snapshot(environment_.clock.Now()));
  }
  return shown;
}

}  // namespace windlass
