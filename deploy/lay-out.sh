#!/bin/sh
# sh deploy/lay-out.sh FOLDER: what the server reads at run time, out of a repository that has been built.
set -eu
out=$1
binaries=node_modules/onnxruntime-node/bin/napi-v6/linux
mkdir -p "$out/dist" "$out/node_modules/onnxruntime-node/bin/napi-v6"
cp package.json LICENSE "$out/"
cp dist/serve.js dist/engine-host.js "$out/dist/"
cp -R dist/models "$out/dist/"
cp -R models "$out/"
cp -R node_modules/onnxruntime-common "$out/node_modules/"
cp -R node_modules/onnxruntime-node/package.json node_modules/onnxruntime-node/dist "$out/node_modules/onnxruntime-node/"
# Of the platforms that the package has binaries for, those that images are made for.
cp -R "$binaries" "$out/node_modules/onnxruntime-node/bin/napi-v6/"
