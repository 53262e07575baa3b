// ToHttp: turns a Request into HTTP: method, path, query, headers and body.
#include <string>

#include "kubeclient/client/call_deadlines.h"
#include "kubeclient/client/client.h"
#include "kubeclient/client/paths.h"

namespace windlass {
namespace {

HttpMethod Method(Verb verb) {
  switch (verb) {
    case Verb::kGet:
    case Verb::kList: return HttpMethod::kGet;
    case Verb::kDryRunCreate:
    case Verb::kCreateSubresource:
    case Verb::kCreate: return HttpMethod::kPost;
    case Verb::kPatch: return HttpMethod::kPatch;
    case Verb::kUpdate: return HttpMethod::kPut;
    case Verb::kDelete: return HttpMethod::kDelete;
  }
  return HttpMethod::kGet;
}

std::string ContentType(PatchType type) {
  switch (type) {
    case PatchType::kNone: return "application/json";
    case PatchType::kMerge: return "application/merge-patch+json";
    case PatchType::kJson: return "application/json-patch+json";
    case PatchType::kStrategicMerge: return "application/strategic-merge-patch+json";
  }
  return "application/json";
}

void AddOptions(const ListOptions& options, HttpRequest& http) {
  if (!options.label_selector.empty()) {
    AddQuery(http.target, "labelSelector", options.label_selector);
  }
  if (options.limit > 0) AddQuery(http.target, "limit", std::to_string(options.limit));
  if (!options.field_selector.empty()) {
    AddQuery(http.target, "fieldSelector", options.field_selector);
  }
  if (options.metadata_only) {
    http.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  }
}

}  // namespace

HttpRequest ToHttp(const Request& request, std::string_view field_manager) {
  const Verb verb = request.verb();
  const bool creates = verb == Verb::kCreate || verb == Verb::kDryRunCreate;
  const bool whole_collection = verb == Verb::kList || creates;
  HttpRequest http;
  http.method = Method(verb);
  http.target = ResourcePath(request.resource(), request.key().namespace_,
                             whole_collection ? std::string_view() : request.key().name,
                             request.subresource());
  http.deadline = verb == Verb::kList ? kListDeadline : kCallDeadline;

  if (verb == Verb::kList) AddOptions(request.list_options(), http);
  if (verb == Verb::kDryRunCreate) {
    AddQuery(http.target, "dryRun", "All");
    // By default the server drops unknown fields. With Strict it refuses them, and so a dry run
    // reports them.
    AddQuery(http.target, "fieldValidation", "Strict");
  }
  if (request.mutates() && verb != Verb::kDelete) {
    AddQuery(http.target, "fieldManager", field_manager);
  }
  if (!request.body().empty()) {
    http.content_type = ContentType(request.patch_type());
    http.body = request.body();
  }
  return http;
}

}  // namespace windlass
