#include "controller/runtime/leadership_barrier.h"

#include <utility>

#include "kubeclient/api/line_head.h"
#include "kubeclient/base/clock.h"
#include "kubeclient/cache/list_watch.h"

namespace windlass {
namespace {

// How often the barrier compares the caches with its lists while a cache lags (L-011). Each change
// of a cache causes a comparison, too. But a cache can also catch up without a change: by a
// bookmark, or by an object that cannot be decoded.
constexpr Duration kLeadershipBarrierLook = milliseconds(250);
// If a cache still lags this long after the list, the barrier lists again, because the list may
// have been wrong. This is also the time limit of a watch that replaces a list (StreamInstead).
constexpr Duration kLeadershipBarrierPatience = seconds(30);
// The longest wait before the barrier lists again after a failed list.
constexpr Duration kLeadershipBarrierBackOffMax = seconds(5);

}  // namespace

LeadershipBarrier::LeadershipBarrier(InformerEnvironment environment,
                                     std::function<std::vector<ComparedCache>()> compared,
                                     std::function<void()> passed)
    : environment_(environment),
      compared_(std::move(compared)),
      passed_(std::move(passed)),
      started_(environment.clock.Now()),
      back_off_(environment.random) {
  List();
}

LeadershipBarrier::~LeadershipBarrier() { Abandon(); }

void LeadershipBarrier::Abandon() {
  call_lifetime_.End();
  environment_.timers.Cancel(std::exchange(timer_, TimerId{0}));
  if (const CallId call = std::exchange(call_, 0)) environment_.transport.Cancel(call);
}

void LeadershipBarrier::TryNow() {
  if (stage_ == Stage::kListing) List();
}

// --- the lists ---

void LeadershipBarrier::List() {
  Abandon();
  stage_ = Stage::kListing;
  listed_.clear();
  resources_ = compared_();
  NextResource();
}

void LeadershipBarrier::NextResource() {
  if (listed_.size() < resources_.size()) {
    pages_ = 0;
    listed_.emplace_back();
    return RequestPage("");
  }
  stage_ = Stage::kComparing;
  listed_at_ = environment_.clock.Now();
  Compare();
}

void LeadershipBarrier::RequestPage(std::string continue_token) {
  continue_token_ = std::move(continue_token);
  ListPageQuery query;
  query.continue_token = continue_token_;
  query.limit = page_size_.limit();
  call_lifetime_.End();
  const auto answered = [this](Result<HttpResponse> reply) {
    call_ = 0;
    OnPage(std::move(reply));
  };
  call_ =
      environment_.transport.Call(ListPageRequest(resources_[listed_.size() - 1].options, query),
                                  call_lifetime_.Guard(answered));
}

void LeadershipBarrier::OnPage(Result<HttpResponse> reply) {
  if (!reply.ok()) {
    if (reply.error().kind != ErrorKind::kTooLarge) return Fail(reply.error().message);
    return page_size_.Halve() ? RequestPage(continue_token_) : StreamInstead();
  }
  if (reply->status == 403) return StreamInstead();
  if (reply->status != 200) return Fail("HTTP " + std::to_string(reply->status));
  Result<std::string> next = AddPage(*reply);
  if (!next.ok()) return Fail(next.error().message);
  page_size_.Fitted();
  if (next->empty()) return NextResource();
  if (++pages_ > kListPagesMax)
    return Fail("the list has more than " + std::to_string(kListPagesMax) + " pages");
  RequestPage(std::move(*next));
}

// Adds the page to the listed objects and returns its continue token.
Result<std::string> LeadershipBarrier::AddPage(const HttpResponse& response) {
  const Result<ListPage> page = environment_.decoder.DecodeList(response.body);
  if (!page.ok()) return page.error();
  const auto kind = resources_[listed_.size() - 1].options.resource.kind;
  if (page->kind != "PartialObjectMetadataList" && page->kind != std::string(kind) + "List") {
    return Error{ErrorKind::kMalformed, "the API server answered with kind \"" + page->kind + "\""};
  }
  ListedVersions& listed = listed_.back();
  if (listed.version.empty()) listed.version = page->resource_version;
  for (const std::string_view item : page->items) {
    const Result<ObjectIdentity> identity = environment_.decoder.DecodeIdentity(item);
    if (!identity.ok()) continue;  // the cache cannot hold such an object either
    listed.objects[identity->key] = {identity->uid, identity->resource_version};
  }
  return page->continue_token;
}

// Gets the objects from a watch that first sends all existing objects. Used instead of a list if
//   - this process has the right to watch but not to list
//   - or one object is too large even for a page of its own
void LeadershipBarrier::StreamInstead() {
  listed_.back() = {};
  HttpRequest request =
      WatchListRequest(resources_[listed_.size() - 1].options, {},
                       std::chrono::duration_cast<seconds>(kLeadershipBarrierPatience));
  request.deadline = kLeadershipBarrierPatience;
  call_lifetime_.End();
  StreamHandler handler;
  handler.on_line = call_lifetime_.Guard([this](std::string_view line) { OnLine(line); });
  handler.on_long_line = call_lifetime_.Guard([this](std::string_view head) { OnLongLine(head); });
  handler.on_end = call_lifetime_.Guard([this](const StreamEnd& end) {
    call_ = 0;
    Fail("the watch that replaces the list ended with HTTP " + std::to_string(end.status));
  });
  call_ = environment_.transport.Stream(std::move(request), std::move(handler));
}

void LeadershipBarrier::OnLine(std::string_view line) {
  const Result<WatchFrame> frame = environment_.decoder.DecodeFrame(line);
  if (!frame.ok() || frame->type == WatchEventType::kError) {
    Abandon();
    return Fail("the watch that replaces the list sent an ERROR event, or a line that is no event");
  }
  ListedVersions& listed = listed_.back();
  if (frame->type == WatchEventType::kBookmark) {
    const Result<Bookmark> bookmark = environment_.decoder.DecodeBookmark(frame->object_json);
    if (!bookmark.ok() || !bookmark->initial_events_end) return;
    listed.version = bookmark->resource_version;
    Abandon();
    return NextResource();
  }
  const Result<ObjectIdentity> identity = environment_.decoder.DecodeIdentity(frame->object_json);
  if (identity.ok()) Note(frame->type, *identity);
}

// Notes the object of an event that is too long to be read. `head` is the beginning of the event.
// If `head` shows no name, leaves out the object, because the cache could not hold this object
// either.
void LeadershipBarrier::OnLongLine(std::string_view head) {
  const Result<LineHead> read = DecodeLineHead(environment_.decoder, head);
  if (read.ok()) Note(read->type, read->object.identity);
}

void LeadershipBarrier::Note(WatchEventType type, const ObjectIdentity& identity) {
  ListedVersions& listed = listed_.back();
  if (type == WatchEventType::kDeleted) {
    listed.objects.erase(identity.key);
  } else {
    listed.objects[identity.key] = {identity.uid, identity.resource_version};
  }
}

void LeadershipBarrier::Fail(const std::string& why) {
  const std::string plural(resources_[listed_.size() - 1].options.resource.plural);
  std::string trouble =
      "cannot see what the former leader wrote: the list of " + plural + " failed: " + why;
  if (trouble != trouble_) {
    environment_.log.Warning("cannot see what the former leader wrote; Windlass writes nothing yet",
                             {{"list", plural}, {"error", why}});
  }
  trouble_ = std::move(trouble);
  const Duration wait = back_off_.Next(environment_.clock.Now(), kLeadershipBarrierBackOffMax);
  timer_ = environment_.timers.At(environment_.clock.Now() + wait, [this] { List(); });
}

// --- comparing the caches with the lists ---

// Schedules one comparison per turn of the event loop, however many changes the turn brings.
void LeadershipBarrier::Look() {
  if (stage_ == Stage::kComparing) CompareLater(Duration{0});
}

void LeadershipBarrier::CompareLater(Duration wait) {
  environment_.timers.Cancel(timer_);
  timer_ = environment_.timers.At(environment_.clock.Now() + wait, [this] { Compare(); });
}

std::string LeadershipBarrier::FirstBehind() const {
  for (size_t i = 0; i < resources_.size(); ++i) {
    const std::string behind = resources_[i].first_behind(listed_[i]);
    if (behind.empty()) continue;
    return std::string(resources_[i].options.resource.plural) + " " + behind;
  }
  return {};
}

void LeadershipBarrier::Compare() {
  const std::string behind = FirstBehind();
  const MonotonicTime now = environment_.clock.Now();
  if (behind.empty()) {
    stage_ = Stage::kPassed;
    trouble_.clear();
    listed_.clear();
    const Duration took = now - started_;
    environment_.log.Info("the caches hold what the former leader wrote",
                          {{"milliseconds", took / milliseconds(1)}});
    return passed_();  // may destroy this
  }
  if (now - listed_at_ < kLeadershipBarrierPatience) return CompareLater(kLeadershipBarrierLook);
  environment_.log.Warning("a cache still lacks what the former leader wrote; listing again",
                           {{"behind", behind}});
  trouble_ = "the cache still lacks what the former leader wrote: " + behind;
  List();
}

}  // namespace windlass
