#include "cmd/windlass/other_kinds.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass {
namespace {

using Json = nlohmann::json;

// Returns "rollouts.windlass.dev".
std::string NameOf(const ResourceId& resource) {
  return std::string(resource.plural) + "." + std::string(resource.group);
}

// Returns the whole number at `path`; `otherwise` if there is none.
int64_t NumberAt(const Json& object, const char* path, int64_t otherwise) {
  const Json::json_pointer at(path);
  if (!object.contains(at) || !object.at(at).is_number_integer()) return otherwise;
  return object.at(at).get<int64_t>();
}

// Returns the text at `path`; "" if there is none.
std::string TextAt(const Json& object, const char* path) {
  const Json::json_pointer at(path);
  if (!object.contains(at) || !object.at(at).is_string()) return {};
  return object.at(at).get<std::string>();
}

}  // namespace

std::vector<OtherKind> OtherKindsOf(const ControllerList& all, const ControllerList& chosen) {
  std::vector<OtherKind> kinds;
  for (const ControllerEntry& entry : all) {
    const bool runs = std::ranges::count(chosen, entry.name, &ControllerEntry::name) > 0;
    if (entry.custom_kind && !runs) kinds.push_back({entry.name, *entry.custom_kind});
  }
  return kinds;
}

OtherKinds::OtherKinds(const InformerEnvironment& environment, std::vector<OtherKind> kinds,
                       std::string only_namespace)
    : environment_(environment), namespace_(std::move(only_namespace)) {
  for (OtherKind& kind : kinds) kinds_.push_back({.what = std::move(kind)});
}

OtherKinds::~OtherKinds() { Stop(); }

void OtherKinds::Start() {
  for (Kind& kind : kinds_) Look(kind);
}

void OtherKinds::Stop() {
  alive_ = std::make_shared<const bool>(true);
  for (Kind& kind : kinds_) {
    environment_.timers.Cancel(std::exchange(kind.timer, TimerId{0}));
    if (kind.call != 0) environment_.transport.Cancel(std::exchange(kind.call, CallId{0}));
  }
}

std::vector<std::string> OtherKinds::Notes() const {
  std::vector<std::string> notes;
  for (const Kind& kind : kinds_) {
    if (kind.waiting > 0) notes.push_back(TextOf(kind));
  }
  return notes;
}

std::map<std::string, uint64_t> OtherKinds::Waiting() const {
  std::map<std::string, uint64_t> waiting;
  for (const Kind& kind : kinds_) waiting[std::string(kind.what.resource.kind)] = kind.waiting;
  return waiting;
}

std::string OtherKinds::TextOf(const Kind& kind) {
  return NameOf(kind.what.resource) + ": no process carries out " + std::to_string(kind.waiting) +
         (kind.waiting == 1 ? " object, " : " objects, one of them ") + kind.example +
         "; run a Windlass with --controllers=" + kind.what.controller;
}

void OtherKinds::Look(Kind& kind) {
  HttpRequest request;
  request.target = ResourcePath(kind.what.resource, namespace_, /*name=*/"");
  AddQuery(request.target, "limit", std::to_string(kLookedAtMax));
  request.deadline = kCallDeadline;
  const std::weak_ptr<const bool> still_there = alive_;
  kind.call = environment_.transport.Call(
      std::move(request), [this, &kind, still_there](const Result<HttpResponse>& reply) {
        if (still_there.expired()) return;
        kind.call = 0;
        Answered(kind, reply);
      });
}

void OtherKinds::LookAfter(Kind& kind, Duration wait) {
  kind.timer = environment_.timers.At(environment_.clock.Now() + wait, [this, &kind] {
    kind.timer = 0;
    Look(kind);
  });
}

// An answer that tells nothing of the objects, such as 403 or 404, ends what was known (RO-173).
void OtherKinds::Answered(Kind& kind, const Result<HttpResponse>& reply) {
  const bool usable = reply.ok() && reply->status == 200;
  Result<Page> page = usable ? ReadPage(reply->body) : Result<Page>(Page{});
  Compare(kind, page.ok() ? std::move(*page) : Page{});
  LookAfter(kind, kind.behind.empty() ? kLookPeriod : kLookAgain);
}

void OtherKinds::Compare(Kind& kind, Page page) {
  const uint64_t waited = std::exchange(kind.waiting, 0);
  for (const auto& [uid, now] : page.behind) {
    const auto before = kind.behind.find(uid);
    if (before == kind.behind.end() || before->second.lag != now.lag) continue;
    if (kind.waiting++ == 0) kind.example = now.name;
  }
  kind.behind = std::move(page.behind);
  if (page.has_objects && !std::exchange(kind.told, true)) {
    environment_.log.Info(
        "there are objects of a kind that this process was not asked to carry out",
        {{"resource", NameOf(kind.what.resource)}, {"controller", kind.what.controller}});
  }
  if (kind.waiting > 0 && waited == 0) environment_.log.Warning(TextOf(kind));
}

Result<OtherKinds::Page> OtherKinds::ReadPage(const std::string& json) {
  const Json list = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!list.is_object() || !list.contains("items") || !list.at("items").is_array()) {
    return Error{ErrorKind::kMalformed, "the answer is no list"};
  }
  Page page;
  for (const Json& object : list.at("items")) {
    page.has_objects = true;
    const std::string uid = TextAt(object, "/metadata/uid");
    const Lag lag{NumberAt(object, "/metadata/generation", 0),
                  NumberAt(object, "/status/observedGeneration", -1)};
    const bool ends = !TextAt(object, "/metadata/deletionTimestamp").empty();
    if (uid.empty() || ends || lag.observed == lag.generation) continue;
    page.behind[uid] = {
        TextAt(object, "/metadata/namespace") + "/" + TextAt(object, "/metadata/name"), lag};
  }
  return page;
}

}  // namespace windlass
