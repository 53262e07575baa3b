// What rolling-update says of its command line and of the file with the new ReplicationController.
// The words of kubectl 1.17 are kept (RC-2, RC-3).
#include "test/unit/kubectl/error_row.h"

namespace windlass::cli {
namespace {

ErrorRow WithFile(const std::string& content, std::string text, std::string help) {
  return {"rolling-update old -f new.yaml", ExitCode::kUsage, std::move(text), std::move(help), {},
          RowFile{"new.yaml", content}};
}

}  // namespace

ErrorSection RollingUpdateErrors() {
  constexpr ExitCode kUsage = ExitCode::kUsage;
  return {
      "rolling-update: arguments and files",
      {{"rolling-update old", kUsage,
        "error: Must specify --filename or --image for new controller\nSee 'kubectl windlass "
        "rolling-update -h' for help and examples",
        "Say what to update to."},
       {"rolling-update --image=app:v2", kUsage,
        "error: Must specify the controller to update\nSee 'kubectl windlass rolling-update -h' "
        "for help and examples",
        "Name the ReplicationController that is updated."},
       {"rolling-update", kUsage,
        "Must specify --filename or --image for new controller\nSee 'kubectl windlass "
        "rolling-update -h' for help and examples\nMust specify the controller to update\nSee "
        "'kubectl windlass rolling-update -h' for help and examples",
        "Several things are wrong. All are listed, as kubectl lists several errors."},
       {"rolling-update old --image=app:v2 -f x", kUsage,
        "error: --filename and --image can not both be specified\nSee 'kubectl windlass "
        "rolling-update -h' for help and examples",
        "The image of the old controller is changed, or a file has the new controller. Leave one "
        "out."},
       {"rolling-update old -f x -f y", kUsage,
        "error: May only specify a single filename for new controller\nSee 'kubectl windlass "
        "rolling-update -h' for help and examples",
        "One file with one ReplicationController is read. Leave the others out."},
       {"rolling-update old --image=app:v2 --rollback", kUsage,
        "error: Don't specify --filename or --image on rollback\nSee 'kubectl windlass "
        "rolling-update -h' for help and examples",
        "A rollback needs no new controller. Leave the flag out."},
       {{"rolling-update", "old", "--image=app:v2", "--deployment-label-key", ""},
        kUsage,
        "error: --deployment-label-key can not be empty\nSee 'kubectl windlass rolling-update -h' "
        "for help and examples",
        "The label tells the Pods of the two controllers apart, so it needs a key."},
       {"rolling-update old new more --image=app:v2", kUsage,
        "error: give at most two names: OLD and NEW\nSee 'kubectl windlass rolling-update -h' for "
        "help and examples",
        "Give the old name, and the new one if the name changes."},
       {"rolling-update web web --image=app:v2", kUsage,
        "error: web cannot have the same name as the existing ReplicationController web",
        "The new controller stands beside the old one for a while, so it needs another name. Leave "
        "the second name out to keep the name in the end."},
       {"rolling-update deployment/web --image=app:v2", kUsage,
        "error: \"deployment/web\" is not a ReplicationController, and rolling-update updates "
        "nothing else: write NAME or rc/NAME",
        "A Deployment is updated with `kubectl set image`."},
       {"rolling-update web --image=app:v2 --local --dry-run=server", kUsage,
        "error: --dry-run=server needs an update that Windlass carries out. With --local, this "
        "program carries it out. Give --dry-run=client, or leave out --local",
        "The two flags contradict each other. Leave one out."},
       {"rolling-update old -f /no/such/file", kUsage,
        "error: please make sure /no/such/file exists and is not empty",
        "The file of `-f` is not there. Correct the path."},
       {"rolling-update old -f /", kUsage,
        "error: / is a directory: give the file of the new controller",
        "kubectl reads all files of a directory. Here it is one object."},
       {"rolling-update old -f https://host.example/rc.yaml", kUsage,
        "error: https://host.example/rc.yaml is a URL, which this command does not read: write -f "
        "-, and pipe the manifest in with curl -s https://host.example/rc.yaml",
        "kubectl reads addresses. Here a file or standard input is read."},
       WithFile("kind: &kind ReplicationController\n",
                "error: new.yaml: line 1: anchors are not supported: write the value out",
                "The file uses YAML's anchors. Write the value out."),
       WithFile("", "error: please make sure new.yaml exists and is not empty",
                "The file is empty, or has no object."),
       WithFile("[a]\n",
                "error: new.yaml has a document that is not an object: write apiVersion, kind and "
                "metadata.name",
                "The file has a list or a plain text. Write the manifest of the new controller."),
       WithFile("a: [", "error: new.yaml: line 1: end of sequence flow not found",
                "The file is neither YAML nor JSON. The text names the line."),
       WithFile("apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
                "error: new.yaml contains a /v1, Kind=Service not a ReplicationController",
                "The file has another object. Give the ReplicationController alone."),
       WithFile("metadata: {name: a}\n",
                "error: new.yaml: kind is missing: write kind: ReplicationController",
                "The object has no `kind`. Add it."),
       WithFile("kind: ReplicationController\n---\nkind: ReplicationController\n",
                "error: new.yaml specifies multiple items",
                "The file has several documents. Give the ReplicationController alone."),
       WithFile("kind: List\nitems: [{kind: ReplicationController}, {kind: Service}]\n",
                "error: new.yaml specifies multiple items",
                "The file has a List of several objects. Give the ReplicationController alone."),
       WithFile("kind: ReplicationController\n",
                "error: new.yaml: metadata.name is missing: name the new ReplicationController",
                "The new controller has no name. Add `metadata.name`."),
       WithFile("kind: ReplicationController\nmetadata: {name: new, namespace: shop}\n",
                "error: the namespace of new.yaml, shop, is not default: give -n shop, or correct "
                "the file",
                "The file names another namespace than `-n` or the context.")}};
}

}  // namespace windlass::cli
