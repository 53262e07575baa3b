#include "controller/kind/watch/crd_revision.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/api/resource_id.h"
#include "kubeclient/base/parse_whole.h"
#include "kubeclient/cache/reflector_times.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass::kind {
Result<int64_t> RevisionOf(std::string_view json) {
  const nlohmann::json crd = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  const Error other{ErrorKind::kMalformed, "the answer is not a CustomResourceDefinition"};
  if (!crd.is_object()) return other;
  const auto kind = crd.find("kind");
  if (kind == crd.end() || !kind->is_string()) return other;
  if (kind->get<std::string>() != resources::kCustomResourceDefinitions.kind) return other;
  const nlohmann::json::json_pointer annotations("/metadata/annotations");
  if (!crd.contains(annotations) || !crd.at(annotations).is_object()) return 0;
  const nlohmann::json& all = crd.at(annotations);
  const auto revision = all.find(std::string(kCrdRevisionKey));
  if (revision == all.end() || !revision->is_string()) return 0;
  return ParseWhole<int64_t>(revision->get<std::string>()).value_or(0);
}

NeededRight RightToRead(const NeededCrd& crd) {
  return {.right = {"get", resources::kCustomResourceDefinitions, "", "", NameOf(crd)},
          .manifest = crd.rights,
          .optional = true};
}

CrdRevision::CrdRevision(const NeededCrd& needed, ControllerHost& host, Listeners<>& not_served,
                         Listeners<>& recovered)
    : needed_(needed),
      host_(host),
      environment_(host.informers().environment()),
      back_off_(environment_.random) {
  not_served.Add([this] { Forget(); });
  recovered.Add([this] {
    if (!permits()) Start();
  });
}

CrdRevision::~CrdRevision() { Stop(); }

void CrdRevision::Start() {
  if (call_ == 0) Ask();
}

void CrdRevision::Forget() {
  Stop();
  answered_ = false;
  older_.reset();
}

void CrdRevision::Stop() {
  lifetime_.End();
  environment_.timers.Cancel(std::exchange(timer_, TimerId{0}));
  if (call_ != 0) environment_.transport.Cancel(std::exchange(call_, CallId{0}));
}

std::string CrdRevision::Trouble() const {
  if (!older_) return {};
  return NameOf(needed_) + ": the CustomResourceDefinition " + OlderText(needed_, *older_);
}

void CrdRevision::Ask() {
  environment_.timers.Cancel(std::exchange(timer_, TimerId{0}));
  HttpRequest request;
  request.target =
      ResourcePath(resources::kCustomResourceDefinitions, /*namespace_=*/"", NameOf(needed_));
  request.deadline = kCallDeadline;
  const auto answered = [this](const Result<HttpResponse>& reply) {
    call_ = 0;
    OnReply(reply);
  };
  call_ = environment_.transport.Call(std::move(request), lifetime_.Guard(answered));
}

void CrdRevision::AskAfter(Duration wait) {
  timer_ = environment_.timers.At(environment_.clock.Now() + wait, [this] {
    timer_ = 0;
    Ask();
  });
}

void CrdRevision::OnReply(const Result<HttpResponse>& reply) {
  if (!reply.ok()) return NotKnown(reply.error().message);
  // There is no CustomResourceDefinition. The informer finds this out, too, and calls not_served,
  // which makes the CrdRevision forget this answer. Once the API server serves the objects, the
  // informer calls recovered, and the CrdRevision asks again.
  if (reply->status == 404) return Answered(std::nullopt);
  if (reply->status != 200) return NotKnown("HTTP " + std::to_string(reply->status));
  const Result<int64_t> revision = RevisionOf(reply->body);
  if (!revision.ok()) return NotKnown(revision.error().message);
  See(*revision);
}

void CrdRevision::See(int64_t revision) {
  complained_ = false;
  if (revision >= needed_.revision) return Answered(std::nullopt);
  AskAfter(environment_.random.Between(kAbsentApiProbe * 4 / 5, kAbsentApiProbe * 6 / 5));
  const bool news = older_ != revision;
  Answered(revision);
  if (news) environment_.log.Warning(Trouble());
}

// Asks again later. Logs only the first failure since a revision was last read, because the
// informers also log what is wrong with the API server.
void CrdRevision::NotKnown(const std::string& why) {
  AskAfter(back_off_.Next(environment_.clock.Now(), kForbiddenBackOffMax));
  if (!std::exchange(complained_, true)) {
    environment_.log.Info(
        "could not check the revision of the CustomResourceDefinition; Windlass tries again",
        {{"name", NameOf(needed_)}, {"error", why}});
  }
  Answered(older_);
}

// Calls WakeAll also when permits() becomes false. No key is woken then, because WakeAll waits
// until the controller's HasSynced is true.
void CrdRevision::Answered(std::optional<int64_t> older) {
  const bool permitted = permits();
  answered_ = true;
  older_ = older;
  if (permits() != permitted) host_.WakeAll();
}

}  // namespace windlass::kind
