#include "cmd/kubectl-windlass/requests.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "cmd/kubectl-windlass/failure.h"
#include "kubeclient/cache/list_pages.h"
#include "kubeclient/client/paths.h"

namespace windlass::cli {
namespace {

// Asks for metadata alone (the first type). A server that cannot send metadata alone sends whole
// objects (the second type).
constexpr std::string_view kMetadataOnly =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

Result<Json> ParseObject(const Reply& reply) {
  Json object = Json::parse(reply.body, nullptr, false);
  if (object.is_object()) return object;
  return Error{ErrorKind::kMalformed, "the API server's answer is not a JSON object"};
}

}  // namespace

std::string TargetOf(const Selection& selection) {
  std::string target = ResourcePath(selection.resource, selection.namespace_, "");
  if (!selection.labels.empty()) AddQuery(target, "labelSelector", selection.labels);
  if (!selection.name.empty()) {
    AddQuery(target, "fieldSelector", "metadata.name=" + selection.name);
  }
  return target;
}

Result<Json> ReadObject(Session& session, const Place& place) {
  HttpRequest request;
  request.target = ResourcePath(place.resource, place.namespace_, place.name);
  Result<Reply> reply = session.Send(std::move(request), Verb::kGet);
  if (reply.ok()) return ParseObject(*reply);
  return Explained(std::move(reply).error(),
                   {Verb::kGet, place.resource, place.namespace_, place.name},
                   session.options().server);
}

Result<ObjectList> ListObjects(Session& session, const Selection& selection) {
  ObjectList list;
  std::string next;
  for (int pages = 0; pages < kListPagesMax; ++pages) {
    HttpRequest request;
    request.target = TargetOf(selection);
    if (selection.metadata_only) request.accept = kMetadataOnly;
    AddQuery(request.target, "limit", std::to_string(kListPageSize));
    if (!next.empty()) AddQuery(request.target, "continue", next);
    const Result<Reply> reply = session.Send(std::move(request), Verb::kList);
    if (!reply.ok()) {
      // The snapshot from which the API server sends all pages has expired: begin again with a new
      // one.
      if (reply.error().kind == ErrorKind::kGone && !next.empty()) {
        list.items.clear();
        next.clear();
        continue;
      }
      return Explained(reply.error(), {Verb::kList, selection.resource, selection.namespace_, ""},
                       session.options().server);
    }
    WINDLASS_TRY(const ListPage page, session.decoder().DecodeList(reply->body));
    for (const std::string_view item : page.items) list.items.emplace_back(item);
    list.resource_version = page.resource_version.text;
    next = page.continue_token;
    if (next.empty()) return list;
  }
  return Error{ErrorKind::kMalformed, "the list of " + ResourceText(selection.resource) +
                                          " by the API server " + session.options().server +
                                          " has more than " + std::to_string(kListPagesMax) +
                                          " pages: try again later"};
}

HttpRequest PatchRequest(const Place& place, const PatchOf& patch) {
  HttpRequest request;
  request.method = HttpMethod::kPatch;
  request.target = ResourcePath(place.resource, place.namespace_, place.name);
  if (patch.dry_run) AddQuery(request.target, "dryRun", "All");
  if (!patch.field_manager.empty()) AddQuery(request.target, "fieldManager", patch.field_manager);
  request.content_type = patch.content_type;
  request.body = patch.body;
  return request;
}

Result<Json> CreateObject(Session& session, const ResourceId& resource,
                          const std::string& namespace_, const Json& object,
                          const CreationOf& creation) {
  HttpRequest request;
  request.method = HttpMethod::kPost;
  request.target = ResourcePath(resource, namespace_, "");
  if (creation.dry_run) AddQuery(request.target, "dryRun", "All");
  if (creation.strict) AddQuery(request.target, "fieldValidation", "Strict");
  AddQuery(request.target, "fieldManager", creation.field_manager);
  request.content_type = "application/json";
  request.body = object.dump();
  Result<Reply> reply = session.Send(std::move(request), Verb::kCreate);
  if (reply.ok()) return ParseObject(*reply);
  return Explained(std::move(reply).error(), {Verb::kCreate, resource, namespace_, ""},
                   session.options().server);
}

Result<Json> PatchObject(Session& session, const Place& place, const PatchOf& patch) {
  Result<Reply> reply = session.Send(PatchRequest(place, patch), Verb::kPatch);
  if (reply.ok()) return ParseObject(*reply);
  return Explained(std::move(reply).error(),
                   {Verb::kPatch, place.resource, place.namespace_, place.name},
                   session.options().server);
}

}  // namespace windlass::cli
