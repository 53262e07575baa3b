#include "test/sim/api_server.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "kubeclient/base/assert.h"
#include "test/sim/api_eviction.h"
#include "test/sim/api_patch.h"
#include "test/sim/api_scale.h"
#include "test/sim/unknown_fields.h"

namespace windlass::sim {
namespace {

constexpr std::string_view kScale = "scale";
constexpr std::string_view kEviction = "eviction";

std::string_view NameOfMethod(HttpMethod method) {
  switch (method) {
    case HttpMethod::kGet: return "GET";
    case HttpMethod::kPost: return "POST";
    case HttpMethod::kPut: return "PUT";
    case HttpMethod::kPatch: return "PATCH";
    case HttpMethod::kDelete: return "DELETE";
  }
  return "?";
}

Caller CallerOf(const std::string& actor, std::string_view method, const Target& target,
                uint64_t shown = kAllShown) {
  return {actor, std::string(method) + " " + target.Describe(), shown};
}

Target TargetOf(const StoreKey& key, std::string_view subresource) {
  return {&DescribeResource(key.resource), key.namespace_, key.name, std::string(subresource)};
}

bool AsksFor(const std::string& accept, std::string_view form) {
  return accept.find(std::string("as=").append(form).append(";")) != std::string::npos;
}

std::variant<Json, ApiAnswer> ParseBody(const ApiResource& resource, const std::string& body,
                                        bool strict = false) {
  Json object = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  const std::string kind(resource.kind);
  if (object.is_discarded() || !object.is_object()) {
    return BadRequest("the object provided is unrecognized (must be of type " + kind +
                      "): couldn't get version/kind; json parse error");
  }
  const std::string given = TextAt(object, {"kind"});
  if (!given.empty() && given != kind) {
    return BadRequest(given + " in version \"" + TextAt(object, {"apiVersion"}) +
                      "\" cannot be handled as a " + kind);
  }
  if (resource.custom) return object;
  const std::vector<std::string> unknown = DropUnknownFields(object);
  if (strict && !unknown.empty()) {
    return BadRequest(kind + " in version \"" + std::string(resource.resource.version) +
                      "\" cannot be handled as a " + kind + ": " + StrictDecodingError(unknown));
  }
  return object;
}

std::optional<std::string> Text(const Json& value) {
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

std::optional<Propagation> PropagationOf(const std::string& text) {
  if (text == "Foreground") return Propagation::kForeground;
  if (text == "Background") return Propagation::kBackground;
  if (text == "Orphan") return Propagation::kOrphan;
  return std::nullopt;
}

}  // namespace

ApiServer::ApiServer(SimLoop& loop)
    : loop_(loop),
      registry_(store_, loop.clock(), Random(loop.random().Next())),
      watches_(loop, store_, Random(loop.random().Next())) {
  store_.OnChange([this](const Change& change) { NoteChange(change); });
  store_.OnChange([this](const Change& change) { watches_.Announce(change); });
}

void ApiServer::NoteChange(const Change& change) {
  if (!loop_.trace().on()) return;
  loop_.trace().Note(change.actor, change.request + " -> " + std::to_string(change.revision) +
                                       (change.after != nullptr ? " " + change.after->dump() : ""));
}

void ApiServer::NoteMissing(const HttpRequest& request, const std::string& actor) {
  const auto path = ParseTarget(request.target);
  if (!path || path->name.empty() || on_missing_ == nullptr) return;
  on_missing_({path->resource->resource, path->namespace_, path->name}, actor);
}

void ApiServer::Show(const std::string& target, Json object) {
  shown_[target] = std::make_shared<const Json>(std::move(object));
}

HttpResponse ApiServer::Handle(const HttpRequest& request, const std::string& actor,
                               const Sender& sender) {
  store_.SetSender(sender);
  const ApiAnswer answer = Dispatch(request, actor, sender.shown);
  store_.SetSender({});
  if (answer.code == 404) NoteMissing(request, actor);
  HttpResponse response;
  response.status = answer.code;
  response.content_type = "application/json";
  response.body = store_.TextOf(answer.body);
  const int64_t retry = IntAt(*answer.body, {"details", "retryAfterSeconds"});
  if (retry > 0) response.retry_after = seconds(retry);
  if (!loop_.trace().on()) return response;
  loop_.trace().Note(actor, std::string(NameOfMethod(request.method)) + " " + request.target + " " +
                                request.body + " -> " + std::to_string(response.status) + " " +
                                response.body);
  return response;
}

ApiAnswer ApiServer::Dispatch(const HttpRequest& request, const std::string& actor,
                              uint64_t shown) {
  const auto shown_object = shown_.find(request.target);
  if (shown_object != shown_.end() && request.method == HttpMethod::kGet) {
    return Answer(200, shown_object->second);
  }
  const auto path = ParseTarget(request.target);
  if (!path) return PathNotFound();
  if (!path->subresource.empty() && !path->resource->has_status) return PathNotFound();
  if (path->subresource == kScale && !HasScale(*path->resource)) return PathNotFound();
  const bool evicts = path->subresource == kEviction;
  if ((request.method != HttpMethod::kPost || evicts) && !path->Query("dryRun").empty()) {
    return BadRequest("the model dry-runs creations only");
  }
  const Target target{path->resource, path->namespace_, path->name, path->subresource};
  const Caller caller = CallerOf(actor, NameOfMethod(request.method), target, shown);
  const bool one = !path->name.empty();
  const bool placed = path->resource->namespaced != path->namespace_.empty();
  if (evicts) {
    return request.method == HttpMethod::kPost && one && placed
               ? Evict(caller, target, request.body)
               : MethodNotAllowed();
  }
  switch (request.method) {
    case HttpMethod::kGet: return Read(*path, request.accept);
    case HttpMethod::kPost:
      return one || !placed ? MethodNotAllowed() : Post(caller, *path, target, request);
    case HttpMethod::kPut: return one && placed ? Put(caller, target, request) : MethodNotAllowed();
    case HttpMethod::kPatch:
      return one && placed ? PatchBody(caller, target, request.content_type, request.body)
                           : MethodNotAllowed();
    case HttpMethod::kDelete:
      return one && placed ? DeleteBody(caller, *path, target, request) : MethodNotAllowed();
  }
  return MethodNotAllowed();
}

ApiAnswer ApiServer::Read(const ApiPath& path, const std::string& accept) {
  const bool metadata = AsksFor(accept, "PartialObjectMetadata");
  const bool metadata_list = AsksFor(accept, "PartialObjectMetadataList");
  if (path.name.empty()) {
    if (metadata && !metadata_list) {
      return NotAcceptable(
          "you requested PartialObjectMetadata, but the requested object is a list");
    }
    return ListObjects(store_, path, metadata_list ? Shape::kMetadata : Shape::kFull);
  }
  const auto version = ParseRevision(path.Query("resourceVersion"));
  if (const auto* refused = std::get_if<ApiAnswer>(&version)) return *refused;
  if (std::get<uint64_t>(version) > store_.revision()) {
    return TooLargeResourceVersion(path.Query("resourceVersion"), store_.revision());
  }
  const Object found = store_.Find({path.resource->resource, path.namespace_, path.name});
  if (found == nullptr) return NotFound(*path.resource, path.name);
  if (path.subresource == kScale) {
    return Answer(200, MakeObject(ScaleOf(*path.resource, *found)));
  }
  if (!metadata) return Answer(200, found);
  return Answer(200, MakeObject(ShownAs(Shape::kMetadata, *found)));
}

ApiAnswer ApiServer::Post(const Caller& caller, const ApiPath& path, const Target& target,
                          const HttpRequest& request) {
  const std::string dry_run = path.Query("dryRun");
  if (!dry_run.empty() && dry_run != "All") {
    return InvalidCreateOptions(
        {{"dryRun", "FieldValueNotSupported",
          "Unsupported value: [\"" + dry_run + "\"]: supported values: \"All\""}});
  }
  const bool strict = path.Query("fieldValidation") == "Strict";
  auto body = ParseBody(*target.resource, request.body, strict);
  if (auto* refused = std::get_if<ApiAnswer>(&body)) return *refused;
  Json object = std::get<Json>(std::move(body));
  Target named = target;
  named.name = NameOf(object);
  return registry_.Create(CallerOf(caller.actor, "POST", named, caller.shown), named,
                          std::move(object), dry_run == "All");
}

// As upstream does, takes the disruption before it looks at the precondition.
ApiAnswer ApiServer::Evict(const Caller& caller, const Target& target, const std::string& body) {
  const Json eviction = Json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!eviction.is_object()) return BadRequest("couldn't get version/kind; json parse error");
  if (NameOf(eviction) != target.name) {
    return BadRequest("name in URL does not match name in Eviction object");
  }
  const Object pod = store_.Find(target.key());
  if (pod == nullptr) return NotFound(*target.resource, target.name);
  const WallTime now = loop_.clock().Wall();
  if (!IgnoresBudgets(*pod)) {
    const EvictionVerdict verdict =
        JudgeEviction(store_.List(resources::kPodDisruptionBudgets, target.namespace_), *pod);
    if (verdict.refusal) return *verdict.refusal;
    if (verdict.takes_from != nullptr) {
      const StoreKey budget{resources::kPodDisruptionBudgets, target.namespace_,
                            NameOf(*verdict.takes_from)};
      const ApiAnswer taken = EditAs(caller, TargetOf(budget, "status"), [&](Json& object) {
        TakeDisruption(object, target.name, now);
      });
      if (!taken.ok()) return taken;
    }
  }
  DeleteOptions options;
  options.uid = Text(At(eviction, {"deleteOptions", "preconditions", "uid"}));
  if (!options.uid || *options.uid == UidOf(*pod)) {
    const ApiAnswer marked = EditAs(caller, TargetOf(target.key(), "status"),
                                    [&](Json& object) { MarkEvicted(object, now); });
    if (!marked.ok()) return marked;
  }
  Target whole = target;
  whole.subresource.clear();
  const ApiAnswer deleted = registry_.Delete(caller, whole, options);
  return deleted.ok() ? Evicted() : deleted;
}

ApiAnswer ApiServer::Put(const Caller& caller, const Target& target, const HttpRequest& request) {
  if (target.subresource == kScale) {
    const Json scale = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
    if (!scale.is_object()) return BadRequest("the object provided is unrecognized");
    return ScaleAnswer(*target.resource,
                       registry_.Update(caller, TargetOf(target.key(), ""), Registry::How::kPatch,
                                        [&](const Json& current) {
                                          return Scaled(*target.resource, current, scale);
                                        }));
  }
  auto body = ParseBody(*target.resource, request.body);
  if (auto* refused = std::get_if<ApiAnswer>(&body)) return *refused;
  return registry_.Update(
      caller, target, Registry::How::kPut,
      [&](const Json&) -> std::variant<Json, ApiAnswer> { return std::move(body); });
}

ApiAnswer ApiServer::PatchBody(const Caller& caller, const Target& target,
                               std::string_view content_type, std::string_view body) {
  if (auto refused = CheckPatchType(*target.resource, content_type)) return *refused;
  if (target.subresource == kScale) {
    const auto scaled = [&](const Json& current) -> std::variant<Json, ApiAnswer> {
      auto scale = ApplyPatch(ScaleOf(*target.resource, current), content_type, body);
      if (auto* refused = std::get_if<ApiAnswer>(&scale)) return *refused;
      return Scaled(*target.resource, current, std::get<Json>(scale));
    };
    return ScaleAnswer(*target.resource, registry_.Update(caller, TargetOf(target.key(), ""),
                                                          Registry::How::kPatch, scaled));
  }
  return registry_.Update(caller, target, Registry::How::kPatch, [&](const Json& current) {
    return ApplyPatch(current, content_type, body);
  });
}

ApiAnswer ApiServer::DeleteBody(const Caller& caller, const ApiPath& path, const Target& target,
                                const HttpRequest& request) {
  DeleteOptions options;
  std::string propagation = path.Query("propagationPolicy");
  if (!path.Query("gracePeriodSeconds").empty()) {
    options.grace_period_seconds = std::atoll(path.Query("gracePeriodSeconds").c_str());
  }
  if (!request.body.empty()) {
    const Json body = Json::parse(request.body, nullptr, /*allow_exceptions=*/false);
    if (body.is_discarded()) return BadRequest("couldn't get version/kind; json parse error");
    options.uid = Text(At(body, {"preconditions", "uid"}));
    options.resource_version = Text(At(body, {"preconditions", "resourceVersion"}));
    const Json& grace = At(body, {"gracePeriodSeconds"});
    if (grace.is_number_integer()) options.grace_period_seconds = grace.get<int64_t>();
    if (propagation.empty()) propagation = TextAt(body, {"propagationPolicy"});
  }
  options.propagation = PropagationOf(propagation);
  return registry_.Delete(caller, target, options);
}

WatchId ApiServer::Watch(const HttpRequest& request, const std::string& actor, WatchSink sink) {
  loop_.trace().Note(actor, "WATCH " + request.target);
  const auto path = ParseTarget(request.target);
  const bool watch = path && path->QueryFlag("watch") && request.method == HttpMethod::kGet;
  if (!watch) {
    const ApiAnswer answer = path ? BadRequest("the model streams watches only") : PathNotFound();
    sink.on_end(answer.code, ServerText(*answer.body));
    return 0;
  }
  const Shape shape =
      AsksFor(request.accept, "PartialObjectMetadata") ? Shape::kMetadata : Shape::kFull;
  if (!loop_.trace().on()) return watches_.Open(*path, shape, std::move(sink));
  // The trace notes every event of every stream, in the order in which the server sends them.
  WatchSink traced;
  traced.on_line = [this, actor, on_line = std::move(sink.on_line)](std::string line) {
    loop_.trace().Note(actor, "EVENT " + line);
    on_line(std::move(line));
  };
  traced.on_end = std::move(sink.on_end);
  return watches_.Open(*path, shape, std::move(traced));
}

ApiAnswer ApiServer::Create(const std::string& actor, const ResourceId& resource,
                            const std::string& namespace_, Json object, uint64_t shown) {
  Target target{&DescribeResource(resource), namespace_, NameOf(object), ""};
  return registry_.Create(CallerOf(actor, "POST", target, shown), target, std::move(object));
}

ApiAnswer ApiServer::Update(const std::string& actor, const StoreKey& key,
                            std::string_view subresource, const Edit& edit, uint64_t shown) {
  const Target target = TargetOf(key, subresource);
  return EditAs(CallerOf(actor, "PUT", target, shown), target, edit);
}

ApiAnswer ApiServer::EditAs(const Caller& caller, const Target& target, const Edit& edit) {
  return registry_.Update(caller, target, Registry::How::kPut,
                          [&](const Json& current) -> std::variant<Json, ApiAnswer> {
                            std::variant<Json, ApiAnswer> next = current;
                            edit(std::get<Json>(next));
                            return next;
                          });
}

ApiAnswer ApiServer::Patch(const std::string& actor, const StoreKey& key,
                           std::string_view subresource, std::string_view content_type,
                           const Json& patch) {
  const Target target = TargetOf(key, subresource);
  return PatchBody(CallerOf(actor, "PATCH", target), target, content_type, patch.dump());
}

ApiAnswer ApiServer::Delete(const std::string& actor, const StoreKey& key,
                            const DeleteOptions& options) {
  const Target target = TargetOf(key, "");
  return registry_.Delete(CallerOf(actor, "DELETE", target), target, options);
}

}  // namespace windlass::sim
