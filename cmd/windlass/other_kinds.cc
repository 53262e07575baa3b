#include "cmd/windlass/other_kinds.h"

#include <algorithm>
#include <utility>

#include "kubeclient/api/json_reader.h"
#include "kubeclient/api/lenient_reader.h"
#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/paths.h"

namespace windlass {
namespace {

// Returns "rollouts.windlass.dev".
std::string NameOf(const ResourceId& resource) {
  return std::string(resource.plural) + "." + std::string(resource.group);
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
  lifetime_.End();
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
  return NameOf(kind.what.resource) + ": " + std::to_string(kind.waiting) +
         (kind.waiting == 1 ? " object waits, " : " objects wait, one of them ") + kind.example +
         ", because no process handles this kind; run a Windlass with --controllers=" +
         kind.what.controller;
}

void OtherKinds::Look(Kind& kind) {
  HttpRequest request;
  request.target = ResourcePath(kind.what.resource, namespace_, /*name=*/"");
  AddQuery(request.target, "limit", std::to_string(kLookedAtMax));
  request.deadline = kCallDeadline;
  const auto answered = [this, &kind](const Result<HttpResponse>& reply) {
    kind.call = 0;
    Answered(kind, reply);
  };
  kind.call = environment_.transport.Call(std::move(request), lifetime_.Guard(answered));
}

void OtherKinds::LookAfter(Kind& kind, Duration wait) {
  kind.timer = environment_.timers.At(environment_.clock.Now() + wait, [this, &kind] {
    kind.timer = 0;
    Look(kind);
  });
}

// If the answer does not show the objects, for example because its status is 403 or 404, no object
// counts as waiting (RO-173).
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
        "the cluster has objects of a kind that --controllers leaves out",
        {{"resource", NameOf(kind.what.resource)}, {"controller", kind.what.controller}});
  }
  if (kind.waiting > 0 && waited == 0) environment_.log.Warning(TextOf(kind));
}

// Reads one object, and notes in `page` that there are objects. Adds the object to `page.behind` if
// its observedGeneration is not its generation, unless it is being deleted.
void OtherKinds::ReadObject(JsonReader& in, Page& page) {
  std::string uid;
  std::string name;
  std::string namespace_;
  Lag lag{.generation = 0, .observed = -1};
  bool ends = false;
  lenient::Object(in, [&](std::string_view key) {
    if (key == "metadata") {
      lenient::Object(in, [&](std::string_view member) {
        if (member == "uid")
          uid = lenient::Text(in);
        else if (member == "name")
          name = lenient::Text(in);
        else if (member == "namespace")
          namespace_ = lenient::Text(in);
        else if (member == "generation")
          lag.generation = lenient::Whole(in).value_or(0);
        else if (member == "deletionTimestamp")
          ends = !lenient::Text(in).empty();
      });
    } else if (key == "status") {
      lenient::Object(in, [&](std::string_view member) {
        if (member == "observedGeneration") lag.observed = lenient::Whole(in).value_or(-1);
      });
    }
  });
  page.has_objects = true;
  if (uid.empty() || ends || lag.observed == lag.generation) return;
  page.behind[uid] = {namespace_ + "/" + name, lag};
}

Result<OtherKinds::Page> OtherKinds::ReadPage(const std::string& json) {
  JsonReader in;
  Page page;
  bool has_items = false;
  in.Begin(json);
  in.Object([&](std::string_view key) {
    if (key != "items") return;
    has_items = true;
    in.Array([&] { ReadObject(in, page); });
  });
  WINDLASS_TRY([[maybe_unused]] const Unit whole, in.End());
  if (!has_items) return Error{ErrorKind::kMalformed, "the answer is not a list"};
  return page;
}

}  // namespace windlass
