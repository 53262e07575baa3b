#include "cmd/kubectl-windlass/follow.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "kubeclient/base/lifetime.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

constexpr Duration kRetryFirst = seconds(1);
constexpr Duration kRetryMost = seconds(8);
// If the user may list a selection, but not watch it: the time between two LIST requests.
constexpr Duration kListInstead = seconds(5);

using Key = std::pair<std::string, std::string>;  // namespace and name

Key KeyIn(const Json& object) {
  const Json& meta = object["metadata"];
  return {meta.value("namespace", ""), meta.value("name", "")};
}

// Returns true if a failure of this kind would hit every request, not only those for one selection.
bool ConcernsAll(ErrorKind kind) {
  return kind == ErrorKind::kNotSent || kind == ErrorKind::kTls || kind == ErrorKind::kCancelled ||
         kind == ErrorKind::kUnauthorized || kind == ErrorKind::kConfig;
}

// One selection: its objects, and its watch.
struct Source {
  Selection selection;
  std::map<Key, Json> objects{};
  std::string version{};  // resourceVersion from which the watch continues
  CallId stream = 0;
  TimerId retry = 0;
  bool stale = false;           // the selection has to be listed again
  Duration wait = kRetryFirst;  // how long to wait before the next try
  std::optional<MonotonicTime> failing_since{};
  std::optional<Error> failure{};     // the last failure of the watch or of a list
  std::optional<Error> unreadable{};  // why Follow gave up this optional selection
};

}  // namespace

struct Follow::Impl {
  explicit Impl(Session& session_) : session(session_) {}

  Status List(Source& source);
  void Watch(Source& source);
  void OnLine(Source& source, std::string_view line);
  void OnEnd(Source& source, const StreamEnd& end);
  void ListAfter(Source& source, Duration wait);
  // Lists the source again after source.wait, and doubles source.wait, to at most kRetryMost.
  // `error` is the failure, with a text for people (Explained).
  void TryLater(Source& source, Error error);
  void GiveUp(Source& source, Error error);
  // Returns a source that cannot be read any more; null if there is none. It has failed in one of
  // two ways:
  //   - with 401, 403 or 404. The 403 of a watch does not count: Follow then lists every 5 s
  //   - no list of the source has succeeded for kFollowTrouble
  Source* Troubled();
  bool AnyStale() const;

  Session& session;
  std::vector<Source> sources;
  bool changed = false;
  Lifetime lifetime;
};

Status Follow::Impl::List(Source& source) {
  const Result<ObjectList> listed = ListObjects(session, source.selection);
  if (!listed.ok()) return listed.error();
  const ObjectList& list = *listed;
  std::map<Key, Json> objects;
  for (const std::string& text : list.items) {
    Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) continue;
    Key key = KeyIn(object);
    objects.insert_or_assign(std::move(key), std::move(object));
  }
  changed = changed || objects != source.objects;
  source.objects = std::move(objects);
  source.version = list.resource_version;
  source.stale = false;
  return Unit{};
}

void Follow::Impl::Watch(Source& source) {
  if (source.unreadable) return;
  HttpRequest request;
  request.target = TargetOf(source.selection);
  AddQuery(request.target, "watch", "true");
  AddQuery(request.target, "allowWatchBookmarks", "true");
  AddQuery(request.target, "resourceVersion", source.version);
  request.call_class = CallClass::kWatch;
  request.deadline = kWatchIdle;
  StreamHandler handler;
  handler.on_line =
      lifetime.Guard([this, &source](std::string_view line) { OnLine(source, line); });
  handler.on_end = lifetime.Guard([this, &source](const StreamEnd& end) { OnEnd(source, end); });
  source.stream = session.transport().Stream(std::move(request), std::move(handler));
}

void Follow::Impl::OnLine(Source& source, std::string_view line) {
  Json event = Json::parse(line, nullptr, false);
  if (!event.is_object() || !event["object"].is_object()) return;
  const std::string type = event.value("type", "");
  Json& object = event["object"];
  if (type == "ERROR") {  // usually 410 Gone: events are lost, so list again
    source.stale = true;
    session.transport().Cancel(source.stream);
    return;
  }
  source.version = object["metadata"].value("resourceVersion", source.version);
  source.wait = kRetryFirst;
  source.failing_since.reset();
  if (type == "BOOKMARK") return;
  Key key = KeyIn(object);
  if (type == "DELETED") {
    source.objects.erase(key);
  } else {
    source.objects.insert_or_assign(std::move(key), std::move(object));
  }
  changed = true;
}

void Follow::Impl::OnEnd(Source& source, const StreamEnd& end) {
  source.stream = 0;
  if (source.stale) return;
  if (end.ok()) {
    source.failing_since.reset();
    Watch(source);
    return;
  }
  if (end.status == 410) {
    source.stale = true;
    return;
  }
  Error error{ErrorKind::kMalformed, "the watch ended early"};
  if (end.error) {
    error = *end.error;
  } else {
    HttpResponse response;
    response.status = end.status;
    response.body = end.error_body;
    const Result<Reply> reply = FromHttp(Verb::kList, std::move(response), session.decoder());
    if (!reply.ok()) error = reply.error();
  }
  if (error.kind == ErrorKind::kForbidden) return ListAfter(source, kListInstead);
  const Selection& what = source.selection;
  const Asked asked{Verb::kList, what.resource, what.namespace_, ""};
  TryLater(source, Explained(std::move(error), asked, session.options().server));
}

void Follow::Impl::ListAfter(Source& source, Duration wait) {
  source.retry = session.timers().At(session.clock().Now() + wait, [this, &source] {
    source.retry = 0;
    source.stale = true;
  });
}

void Follow::Impl::TryLater(Source& source, Error error) {
  if (!source.failing_since) source.failing_since = session.clock().Now();
  source.failure = std::move(error);
  ListAfter(source, source.wait);
  source.wait = std::min(source.wait * 2, kRetryMost);
}

Source* Follow::Impl::Troubled() {
  for (Source& source : sources) {
    if (!source.failing_since || !source.failure || source.unreadable) continue;
    const ErrorKind kind = source.failure->kind;
    const bool final = kind == ErrorKind::kForbidden || kind == ErrorKind::kUnauthorized ||
                       kind == ErrorKind::kNotFound;
    if (final || session.clock().Now() - *source.failing_since >= kFollowTrouble) return &source;
  }
  return nullptr;
}

// Gives up an optional selection, and goes on without it.
void Follow::Impl::GiveUp(Source& source, Error error) {
  session.timers().Cancel(source.retry);
  source.retry = 0;
  source.unreadable = std::move(error);
  source.objects.clear();
  source.failing_since.reset();
  source.stale = false;
  changed = true;
}

bool Follow::Impl::AnyStale() const {
  for (const Source& source : sources) {
    if (source.stale && source.stream == 0) return true;
  }
  return false;
}

Follow::Follow(Session& session, std::vector<Selection> selections)
    : impl_(std::make_unique<Impl>(session)) {
  for (Selection& selection : selections) impl_->sources.push_back({std::move(selection)});
}

Follow::~Follow() {
  for (const Source& source : impl_->sources) {
    impl_->session.timers().Cancel(source.retry);
    if (source.stream != 0) impl_->session.transport().Cancel(source.stream);
  }
}

Status Follow::ReadOnce() {
  for (Source& source : impl_->sources) {
    const Status listed = impl_->List(source);
    if (listed.ok()) continue;
    if (!source.selection.optional || ConcernsAll(listed.error().kind)) return listed;
    impl_->GiveUp(source, listed.error());
  }
  return Unit{};
}

Status Follow::Start() {
  const Status read = ReadOnce();
  if (!read.ok()) return read;
  for (Source& source : impl_->sources) impl_->Watch(source);
  impl_->changed = false;
  return Unit{};
}

Status Follow::NextChange(std::optional<Duration> longest) {
  Impl& impl = *impl_;
  const MonotonicTime end = impl.session.clock().Now() + longest.value_or(Duration{0});
  for (;;) {
    const auto wakes = [&impl] { return impl.changed || impl.AnyStale() || impl.Troubled(); };
    std::optional<Duration> rest;
    if (longest) rest = std::max(Duration{0}, end - impl.session.clock().Now());
    const Status waited = impl.session.Wait(wakes, rest);
    if (!waited.ok()) return waited;
    while (Source* troubled = impl.Troubled()) {
      if (!troubled->selection.optional) return *troubled->failure;
      impl.GiveUp(*troubled, *troubled->failure);
    }
    for (Source& source : impl.sources) {
      if (!source.stale || source.stream != 0) continue;
      Status listed = impl.List(source);
      if (listed.ok()) {
        source.failing_since.reset();
        impl.Watch(source);
        continue;
      }
      if (impl.session.interrupted() || impl.session.timed_out()) return listed;
      source.stale = false;
      impl.TryLater(source, std::move(listed).error());
    }
    const bool passed = longest && impl.session.clock().Now() >= end;
    if (impl.changed || passed) {
      impl.changed = false;
      return Unit{};
    }
  }
}

std::optional<Error> Follow::Unreadable(size_t selection) const {
  return impl_->sources[selection].unreadable;
}

std::vector<const Json*> Follow::Objects(size_t selection) const {
  std::vector<const Json*> objects;
  for (const auto& [key, object] : impl_->sources[selection].objects) objects.push_back(&object);
  return objects;
}

}  // namespace windlass::cli
