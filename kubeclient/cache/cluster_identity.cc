#include "kubeclient/cache/cluster_identity.h"

#include <string>
#include <utility>

#include "kubeclient/api/resource_id.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass {

ClusterIdentity::ClusterIdentity(const Clock& clock, Random& random, Log& log, TimerQueue& timers,
                                 Transport& transport, Decoder& decoder)
    : clock_(clock),
      log_(log),
      timers_(timers),
      transport_(transport),
      decoder_(decoder),
      back_off_(random) {}

ClusterIdentity::~ClusterIdentity() { Stop(); }

// Another server may have begun to answer just now. So if a request has been sent already, its
// reply is ignored, and the request is sent again.
void ClusterIdentity::Check() {
  if (call_ != 0) {
    asked_again_ = true;
  } else if (!changed_) {
    Ask();
  }
}

void ClusterIdentity::Stop() {
  lifetime_.End();
  timers_.Cancel(std::exchange(timer_, TimerId{0}));
  if (call_ != 0) transport_.Cancel(std::exchange(call_, CallId{0}));
  asked_again_ = false;
  changed_ = false;
}

void ClusterIdentity::Ask() {
  timers_.Cancel(std::exchange(timer_, TimerId{0}));
  changed_ = false;
  HttpRequest request;
  request.target = ResourcePath(resources::kNamespaces, /*namespace_=*/"", "kube-system");
  request.deadline = kCallDeadline;
  const auto answered = [this](const Result<HttpResponse>& reply) {
    call_ = 0;
    if (std::exchange(asked_again_, false)) return Ask();
    OnReply(reply);
  };
  call_ = transport_.Call(std::move(request), lifetime_.Guard(answered));
}

void ClusterIdentity::OnReply(const Result<HttpResponse>& reply) {
  if (!reply.ok()) return NotKnown(reply.error().message);
  if (reply->status == 404) {  // a valid answer: this cluster has no such namespace
    AskAfter(kNoIdentityProbe);
    return Complain("HTTP 404");
  }
  if (reply->status != 200) return NotKnown("HTTP " + std::to_string(reply->status));
  const Result<TypeMeta> type = decoder_.DecodeTypeMeta(reply->body);
  if (!type.ok() || type->kind != resources::kNamespaces.kind)
    return NotKnown("the answer is not a Namespace");
  const Result<ObjectIdentity> identity = decoder_.DecodeIdentity(reply->body);
  if (!identity.ok()) return NotKnown(identity.error().message);
  if (identity->uid.IsZero()) return NotKnown("the answer has no uid");
  See(identity->uid);
}

void ClusterIdentity::See(const Uid& uid) {
  complained_ = false;
  const std::optional<Uid> before = std::exchange(uid_, uid);
  if (!before || *before == uid) return;
  log_.Error("another cluster answers: the uid of namespace kube-system has changed",
             {{"before", before->ToString()}, {"now", uid.ToString()}});
  changed_ = true;
  AskAfter(back_off_.Next(clock_.Now(), kForbiddenBackOffMax));
  if (on_changed) on_changed();
}

void ClusterIdentity::AskAfter(Duration wait) {
  timer_ = timers_.At(clock_.Now() + wait, [this] {
    timer_ = 0;
    Ask();
  });
}

void ClusterIdentity::NotKnown(const std::string& why) {
  AskAfter(back_off_.Next(clock_.Now(), kForbiddenBackOffMax));
  Complain(why);
}

// Logs the first failure, and the first failure after each uid that was read. Lines about further
// failures would repeat what the informers log about the same server.
void ClusterIdentity::Complain(const std::string& why) {
  if (std::exchange(complained_, true)) return;
  log_.Info("the cluster's identity is not known: the uid of namespace kube-system was not read",
            {{"error", why}});
}

}  // namespace windlass
