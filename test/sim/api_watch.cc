#include "test/sim/api_watch.h"

#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace windlass::sim {
namespace {

std::string Line(std::string_view type, Json object) {
  const Json event = {{"type", type}, {"object", std::move(object)}};
  return ServerText(event);
}

Causes CheckMatch(const ApiPath& path) {
  const bool initial_asked = !path.Query("sendInitialEvents").empty();
  const std::string match = path.Query("resourceVersionMatch");
  if (initial_asked && match != "NotOlderThan") {
    return {ForbiddenField("resourceVersionMatch",
                           "sendInitialEvents requires setting resourceVersionMatch to "
                           "NotOlderThan")};
  }
  if (!initial_asked && !match.empty()) {
    return {ForbiddenField("resourceVersionMatch",
                           "resourceVersionMatch is forbidden for watch unless sendInitialEvents "
                           "is provided")};
  }
  return {};
}

// Returns what the server's encoder writes for an empty object.
Json EmptyObject(const ApiResource& resource) {
  Json object = {{"kind", resource.kind}, {"apiVersion", resource.GroupVersion()}};
  if (resource.custom) return object;
  if (resource.has_status) object["status"] = Json::object();
  if (resource.has_status || resource.resource == resources::kLeases) {
    object["spec"] = Json::object();
  }
  const bool apps = resource.group == "apps";
  if (apps) object["spec"] = {{"selector", nullptr}, {"template", Json::object()}};
  return object;
}

}  // namespace

WatchId WatchHub::Open(const ApiPath& path, Shape shape, WatchSink sink) {
  Watch watch;
  watch.resource = path.resource;
  watch.shape = shape;
  watch.sink = std::move(sink);
  watch.bookmarks = path.QueryFlag("allowWatchBookmarks");
  Options options;
  auto refused = ParseOptions(path, options);
  if (!refused) refused = ParseFilter(path, watch.filter);
  const WatchId id = ++last_;
  Watch& open = watches_.emplace(id, std::move(watch)).first->second;
  if (refused) {
    End(id, refused->code, ServerText(*refused->body));
    return id;
  }
  if (options.initial_events && options.since > store_.revision()) {
    const ApiAnswer late =
        TooLargeResourceVersion(std::to_string(options.since), store_.revision());
    open.end_timer = loop_.After(kFutureRevisionWait, [this, id, late] { SendError(id, late); });
    return id;
  }
  if (!options.initial_events && options.since < store_.compacted()) {
    SendError(id, Expired("too old resource version: " + std::to_string(options.since) + " (" +
                          std::to_string(store_.compacted()) + ")"));
    return id;
  }
  open.end_timer = loop_.After(options.timeout, [this, id] { End(id, 200, ""); });
  if (open.bookmarks) {
    ArmBookmark(id);
    if (options.timeout > kBookmarkBeforeEnd) {
      open.last_bookmark_timer = loop_.After(options.timeout - kBookmarkBeforeEnd, [this, id] {
        const auto found = watches_.find(id);
        if (found != watches_.end()) SendBookmark(found->second, false);
      });
    }
  }
  if (options.initial_events) {
    SendInitial(open);
    if (options.end_bookmark && open.bookmarks) SendBookmark(open, true);
    return id;
  }
  for (const Change* change : store_.ChangesAfter(path.resource->resource, options.since)) {
    Show(open, *change);
  }
  return id;
}

std::optional<ApiAnswer> WatchHub::ParseOptions(const ApiPath& path, Options& options) {
  if (const Causes causes = CheckMatch(path); !causes.empty()) return InvalidListOptions(causes);
  const std::string version = path.Query("resourceVersion");
  auto parsed = ParseRevision(version);
  if (std::holds_alternative<ApiAnswer>(parsed)) {
    return InternalError("resourceVersion: Invalid value: \"" + version +
                         "\": strconv.ParseUint: parsing \"" + version + "\": invalid syntax");
  }
  options.since = std::get<uint64_t>(parsed);
  const std::string initial = path.Query("sendInitialEvents");
  const bool any_version = version.empty() || version == "0";
  // Without the parameter, a watch of "any version" begins with the present state. That is
  // upstream's legacy form; it ends the initial events with the same bookmark.
  options.initial_events = initial.empty() ? any_version : path.QueryFlag("sendInitialEvents");
  options.end_bookmark = options.initial_events;
  if (!options.initial_events && any_version) options.since = store_.revision();

  // Upstream's min-request-timeout: 30 minutes, plus a random time of up to 30 minutes.
  options.timeout = random_.Between(seconds(1800), seconds(3600));
  const std::string timeout = path.Query("timeoutSeconds");
  if (timeout.empty()) return std::nullopt;
  int64_t value = 0;
  const char* end = timeout.data() + timeout.size();
  const auto [stop, error] = std::from_chars(timeout.data(), end, value);
  if (error != std::errc() || stop != end) {
    return BadRequest("strconv.ParseInt: parsing \"" + timeout + "\": invalid syntax");
  }
  if (value > 0) options.timeout = seconds(value);
  return std::nullopt;
}

std::string WatchHub::LineOf(const Watch& watch, const char* type, const Object& object) const {
  if (watch.shape != Shape::kFull) return Line(type, ShownAs(watch.shape, *object));
  const std::string& text = store_.TextOf(object);
  return R"({"type":")" + std::string(type) + R"(","object":)" + text + "}";
}

void WatchHub::SendInitial(Watch& watch) {
  for (const Object& object : store_.List(watch.resource->resource, watch.filter.namespace_)) {
    if (!watch.filter.Matches(*object)) continue;
    watch.sink.on_line(LineOf(watch, "ADDED", object));
  }
}

void WatchHub::Announce(const Change& change) {
  for (auto& [id, watch] : watches_) {
    if (watch.resource->resource == change.key.resource) Show(watch, change);
  }
}

void WatchHub::Show(Watch& watch, const Change& change) {
  const bool before = change.before != nullptr && watch.filter.Matches(*change.before);
  const bool after = change.after != nullptr && watch.filter.Matches(*change.after);
  if (after) {
    watch.sink.on_line(LineOf(watch, before ? "MODIFIED" : "ADDED", change.after));
  } else if (before && change.last_state != nullptr) {
    watch.sink.on_line(LineOf(watch, "DELETED", change.last_state));
  } else if (before) {
    Json last = *change.before;
    last["metadata"]["resourceVersion"] = std::to_string(change.revision);
    watch.sink.on_line(Line("DELETED", ShownAs(watch.shape, last)));
  }
}

void WatchHub::SendBookmark(Watch& watch, bool initial_events_end) {
  Json object = EmptyObject(*watch.resource);
  object["metadata"]["resourceVersion"] = std::to_string(store_.revision());
  if (initial_events_end) {
    object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
  }
  watch.sink.on_line(Line("BOOKMARK", ShownAs(watch.shape, object)));
}

void WatchHub::ArmBookmark(WatchId id) {
  const Duration delay =
      random_.Between(kBookmarkPeriod - kBookmarkJitter, kBookmarkPeriod + kBookmarkJitter);
  watches_.at(id).bookmark_timer = loop_.After(delay, [this, id] {
    const auto found = watches_.find(id);
    if (found == watches_.end()) return;
    SendBookmark(found->second, false);
    ArmBookmark(id);
  });
}

void WatchHub::SendError(WatchId id, const ApiAnswer& answer) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  found->second.sink.on_line(Line("ERROR", *answer.body));
  End(id, 200, "");
}

void WatchHub::End(WatchId id, int status, std::string body) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  const WatchSink sink = std::move(found->second.sink);
  Stop(id);
  sink.on_end(status, std::move(body));
}

void WatchHub::Stop(WatchId id) {
  const auto found = watches_.find(id);
  if (found == watches_.end()) return;
  loop_.timers().Cancel(found->second.end_timer);
  loop_.timers().Cancel(found->second.bookmark_timer);
  loop_.timers().Cancel(found->second.last_bookmark_timer);
  watches_.erase(found);
}

void WatchHub::EndAll(std::optional<ResourceId> only) {
  std::vector<WatchId> ids;
  for (const auto& [id, watch] : watches_) {
    if (!only || watch.resource->resource == *only) ids.push_back(id);
  }
  for (const WatchId id : ids) End(id, 200, "");
}

}  // namespace windlass::sim
