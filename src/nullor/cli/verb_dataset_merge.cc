// nullor dataset merge: all shards in one file.
#include "nullor/base/file.h"
#include "nullor/base/log.h"
#include "nullor/cli/dataset_verbs.h"

namespace nullor {

void add_dataset_merge(CLI::App& dataset) {
  struct Flags {
    std::string folder, out;
    bool partial = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* verb = dataset.add_subcommand("merge", "all shards in one file");
  verb->add_option("folder", flags->folder, "of the data set")->required()->type_name("FOLDER");
  verb->add_option("-o", flags->out, "HDF5 file to write")->required()->type_name("FILE");
  verb->add_flag("--partial", flags->partial, "take the shards that are there");
  verb->callback([flags] {
    write_file(flags->out, write_samples(merge_dataset(flags->folder, flags->partial)));
    log_note("wrote " + flags->out);
  });
}

}  // namespace nullor
