// nullor dataset export: the rows in formats that others read.
#include <filesystem>

#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/cli/dataset_verbs.h"
#include "nullor/design/dataset_export.h"

namespace nullor {
namespace {

struct ExportFlags {
  std::string folder, out;
  bool partial = false;
};

void run_export(const ExportFlags& flags) {
  const SampleTable table = merge_dataset(flags.folder, flags.partial);
  const std::string kind = extension_of(flags.out);
  if (kind == "csv") {
    write_file(flags.out, samples_csv(table));
  } else if (kind == "npz") {
    write_file(flags.out, samples_npz(table));
  } else if (kind == "npy") {
    write_file(flags.out, samples_npy(table));
  } else if (kind == "json") {
    // The paper keeps the circuit in a file of its own, beside the samples.
    const PaperFiles files = paper_files(Dataset::open(flags.folder), table);
    const std::string topology = (std::filesystem::path(flags.out).parent_path() / "topology.json").string();
    if (topology == flags.out)
      throw InputError(ErrorKind::usage,
                       "topology.json is the name of the circuit's file; name the samples otherwise");
    write_file(topology, files.topology);
    write_file(flags.out, files.samples);
    log_note("wrote " + topology);
  } else {
    throw InputError(ErrorKind::usage, "no format is known for '" + flags.out + "'", {},
                     "end the name in .csv, .npz, .npy or .json (as in the ZeroSim paper)");
  }
  log_note("wrote " + flags.out);
}

}  // namespace

void add_dataset_export(CLI::App& dataset) {
  auto flags = std::make_shared<ExportFlags>();
  CLI::App* verb =
      dataset.add_subcommand("export", "the rows as .csv, .npz, .npy, or .json of the ZeroSim paper");
  verb->add_option("folder", flags->folder, "of the data set")->required()->type_name("FOLDER");
  verb->add_option("-o", flags->out, "file to write")->required()->type_name("FILE");
  verb->add_flag("--partial", flags->partial, "take the shards that are there");
  verb->callback([flags] { run_export(*flags); });
}

}  // namespace nullor
