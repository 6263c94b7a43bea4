// Written by `npm run generate` from manifest.schema.json.
"use strict";
module.exports = validate10;
module.exports.default = validate10;
const schema11 = {"$schema":"http://json-schema.org/draft-07/schema#","title":"Manifest of one version of one model","type":"object","additionalProperties":false,"required":["schema_version","name","version","artifact"],"properties":{"schema_version":{"const":1},"name":{"$ref":"#/definitions/name","description":"Name of the model; also its folder in the registry."},"version":{"type":"string","maxLength":64,"pattern":"^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$","description":"Semantic version without build metadata; also its folder under the model."},"task":{"enum":["classification","regression","image-classification"],"description":"What rows of features, or images, are turned into. Without it tensors go in and tensors come out, and no features, classes or output are named."},"description":{"type":"string"},"artifact":{"type":"object","additionalProperties":false,"required":["file","bytes","sha256"],"properties":{"file":{"$ref":"#/definitions/file"},"bytes":{"type":"integer","minimum":1},"sha256":{"$ref":"#/definitions/sha256"}}},"sealed":{"type":"array","minItems":1,"description":"The artifact prepared ahead (`npx onnx-functions seal`); the first whose runtime is the one that is running is loaded instead of the artifact.","items":{"type":"object","additionalProperties":false,"required":["file","bytes","sha256","format","runtime","prepacking"],"properties":{"file":{"$ref":"#/definitions/file"},"bytes":{"type":"integer","minimum":1},"sha256":{"$ref":"#/definitions/sha256"},"format":{"enum":["ort"],"description":"ONNX Runtime's own format, of a graph optimised at level `extended`, which suits every CPU."},"runtime":{"type":"string","minLength":1,"description":"Version of onnxruntime-node that wrote it, and the only one that loads it."},"prepacking":{"type":"boolean","description":"Whether loading copies the weights of matrix products into a faster order: more time and memory at the start, less time for runs of several rows."}}}},"signature":{"type":"object","additionalProperties":false,"required":["inputs","outputs"],"properties":{"inputs":{"type":"array","minItems":1,"items":{"$ref":"#/definitions/tensor"}},"outputs":{"type":"array","minItems":1,"items":{"$ref":"#/definitions/tensor"}}}},"features":{"type":"array","minItems":1,"items":{"type":"object","additionalProperties":false,"required":["name","example"],"properties":{"name":{"type":"string","minLength":1,"maxLength":128},"description":{"type":"string"},"unit":{"type":"string","minLength":1},"range":{"type":"array","items":{"type":"number"},"minItems":2,"maxItems":2,"description":"Smallest and largest value seen in training; outside it a prediction carries a warning."},"categories":{"type":"array","minItems":1,"items":{"type":"string"},"description":"Values that a text feature may take; any text when absent."},"nullable":{"type":"boolean","description":"Whether null stands for a missing value (NaN in the tensor)."},"example":{"type":["number","string","boolean"]}}}},"classes":{"type":"array","minItems":2,"items":{"type":"string","minLength":1}},"output":{"type":"object","additionalProperties":false,"description":"Which output tensor holds what.","properties":{"label":{"type":"string","description":"Classification: index of the class, or its name."},"label_values":{"type":"array","minItems":2,"items":{"type":["number","string"]},"description":"Classification: what `label` gives for each class, in their order. The indices of the classes, or their names, when absent."},"probabilities":{"type":"string","description":"Classification: one score per class."},"value":{"type":"string","description":"Regression: the predicted number."},"scores":{"type":"string","description":"Image classification: one score per class."}}},"top_k":{"type":"integer","minimum":1,"description":"Image classification: how many classes are answered where a request does not say. 5 when absent."},"image":{"type":"object","additionalProperties":false,"required":["input"],"description":"How an image becomes the input tensor.","properties":{"input":{"type":"string","minLength":1,"description":"The input that takes the images."},"resize":{"type":"object","additionalProperties":false,"description":"Either `shorter_side`, which keeps the proportions, or `width` and `height`, which do not.","properties":{"shorter_side":{"$ref":"#/definitions/pixels"},"width":{"$ref":"#/definitions/pixels"},"height":{"$ref":"#/definitions/pixels"}}},"crop":{"type":"object","additionalProperties":false,"required":["width","height"],"description":"Cut from the middle after the resize.","properties":{"width":{"$ref":"#/definitions/pixels"},"height":{"$ref":"#/definitions/pixels"}}},"interpolation":{"enum":["bilinear","bicubic","nearest","lanczos"]},"channels":{"enum":["rgb","bgr","grey"]},"background":{"type":"array","minItems":1,"items":{"type":"number","minimum":0,"maximum":255},"description":"What transparent images are laid over: one number, or red, green and blue."},"invert":{"type":"boolean","description":"Whether dark on light becomes light on dark."},"scale":{"type":"number","description":"What pixel values from 0 to 255 are multiplied by. 1/255 when absent."},"mean":{"type":"array","minItems":1,"items":{"type":"number"}},"std":{"type":"array","minItems":1,"items":{"type":"number"}},"layout":{"enum":["nchw","nhwc"]},"softmax":{"type":"boolean","description":"Whether the scores are logits."}}},"cache":{"type":"object","additionalProperties":false,"required":["max_bytes","max_age_seconds"],"description":"Answers to the same tensors are kept and given again without a run.","properties":{"max_bytes":{"type":"integer","minimum":1024,"description":"Most memory that the answers of this version may take, in each instance."},"max_age_seconds":{"type":"number","exclusiveMinimum":0,"description":"How long an answer is given again."}}},"batching":{"type":"object","additionalProperties":false,"description":"Calls that wait for the model at the same time share a run, if its rows do not influence each other.","properties":{"max_batch_size":{"type":"integer","minimum":1,"description":"Most rows of a shared run; 1 runs every call by itself. 256 when absent."},"max_delay_ms":{"type":"number","minimum":0,"maximum":10000,"description":"How long calls that were met by a busy session may wait for others to fill their run. A call that finds the session free never waits. 0 when absent."}}},"training":{"type":"object","additionalProperties":false,"properties":{"algorithm":{"type":"string"},"data":{"type":"object","additionalProperties":false,"required":["sha256"],"properties":{"file":{"type":"string"},"sha256":{"type":"string","pattern":"^[0-9a-f]{64}$"},"rows":{"type":"integer","minimum":1},"test_rows":{"type":"integer","minimum":0}}},"seed":{"type":"integer"},"hyperparameters":{"type":"object"},"metrics":{"type":"object","additionalProperties":{"type":"number"}}}},"source":{"type":"object","additionalProperties":false,"required":["mlflow"],"description":"Where the version was taken from.","properties":{"mlflow":{"type":"object","additionalProperties":false,"required":["tracking_uri"],"properties":{"run_id":{"type":"string","minLength":1,"description":"The run that logged the model."},"model":{"type":"string","minLength":1,"description":"Its name in MLflow's registry."},"version":{"type":"string","minLength":1,"description":"Its version there."},"tracking_uri":{"type":"string","pattern":"^https?://[^@]*$","description":"Address of the tracking server, without credentials."}}}}},"baseline":{"type":"object","additionalProperties":false,"required":["rows","features"],"description":"What the training data looked like, to compare live traffic with.","properties":{"rows":{"type":"integer","minimum":1},"features":{"type":"object","additionalProperties":{"$ref":"#/definitions/featureBaseline"},"description":"By the name of the feature: `mean`, `std`, `min` and `max` of a number, or the `categories` of a text or a truth value."},"classes":{"type":"object","additionalProperties":{"type":"number","minimum":0,"maximum":1},"description":"Share of each class among the labels."},"predictions":{"type":"object","additionalProperties":false,"required":["rows"],"description":"What the model predicted, best for rows that it was not trained on.","properties":{"rows":{"type":"integer","minimum":1},"classes":{"$ref":"#/definitions/counts","description":"How many rows were predicted to be of which class."},"confidence":{"$ref":"#/definitions/featureBaseline","description":"The score of the predicted class."},"value":{"$ref":"#/definitions/featureBaseline","description":"The predicted number of a regression."}}}}}},"definitions":{"name":{"type":"string","pattern":"^[a-z0-9][a-z0-9._-]{0,62}$"},"file":{"type":"string","pattern":"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$","description":"Beside the manifest."},"sha256":{"type":"string","pattern":"^[0-9a-f]{64}$"},"counts":{"type":"object","additionalProperties":{"type":"integer","minimum":0}},"featureBaseline":{"type":"object","additionalProperties":false,"properties":{"mean":{"type":"number"},"std":{"type":"number","minimum":0,"description":"Population standard deviation."},"min":{"type":"number"},"max":{"type":"number"},"quantiles":{"type":"array","items":{"type":"number"},"minItems":2,"description":"Equally spaced quantiles, the first being the minimum and the last the maximum."},"bins":{"type":"object","additionalProperties":false,"required":["edges","counts"],"description":"How many rows had a value above one edge and at most the next. Rows in no bin had none.","properties":{"edges":{"type":"array","items":{"type":"number"},"minItems":1,"maxItems":100},"counts":{"type":"array","items":{"type":"integer","minimum":0},"description":"One more than there are edges: the first bin has no lower end, the last one no upper."},"complete":{"type":"boolean","description":"Whether every value seen in training is an edge."}}},"categories":{"$ref":"#/definitions/counts","description":"How many rows had which value."}}},"pixels":{"type":"integer","minimum":1,"maximum":16384},"tensor":{"type":"object","additionalProperties":false,"required":["name","type","shape"],"properties":{"name":{"type":"string","minLength":1},"type":{"enum":["float16","float32","float64","int8","int16","int32","int64","uint8","uint16","uint32","uint64","bool","string"]},"shape":{"type":"array","items":{"type":["integer","string"],"minimum":0,"minLength":1},"description":"A name stands for a size that is known only when the model runs."}}}}};
const schema12 = {"type":"string","pattern":"^[a-z0-9][a-z0-9._-]{0,62}$"};
const schema13 = {"type":"string","pattern":"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$","description":"Beside the manifest."};
const schema14 = {"type":"string","pattern":"^[0-9a-f]{64}$"};
const schema17 = {"type":"object","additionalProperties":false,"required":["name","type","shape"],"properties":{"name":{"type":"string","minLength":1},"type":{"enum":["float16","float32","float64","int8","int16","int32","int64","uint8","uint16","uint32","uint64","bool","string"]},"shape":{"type":"array","items":{"type":["integer","string"],"minimum":0,"minLength":1},"description":"A name stands for a size that is known only when the model runs."}}};
const schema19 = {"type":"integer","minimum":1,"maximum":16384};
const schema25 = {"type":"object","additionalProperties":{"type":"integer","minimum":0}};
const func2 = Object.prototype.hasOwnProperty;
const func3 = require("ajv/dist/runtime/ucs2length").default;
const pattern0 = new RegExp("^[a-z0-9][a-z0-9._-]{0,62}$", "u");
const pattern1 = new RegExp("^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$", "u");
const pattern2 = new RegExp("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$", "u");
const pattern3 = new RegExp("^[0-9a-f]{64}$", "u");
const pattern7 = new RegExp("^https?://[^@]*$", "u");
const schema24 = {"type":"object","additionalProperties":false,"properties":{"mean":{"type":"number"},"std":{"type":"number","minimum":0,"description":"Population standard deviation."},"min":{"type":"number"},"max":{"type":"number"},"quantiles":{"type":"array","items":{"type":"number"},"minItems":2,"description":"Equally spaced quantiles, the first being the minimum and the last the maximum."},"bins":{"type":"object","additionalProperties":false,"required":["edges","counts"],"description":"How many rows had a value above one edge and at most the next. Rows in no bin had none.","properties":{"edges":{"type":"array","items":{"type":"number"},"minItems":1,"maxItems":100},"counts":{"type":"array","items":{"type":"integer","minimum":0},"description":"One more than there are edges: the first bin has no lower end, the last one no upper."},"complete":{"type":"boolean","description":"Whether every value seen in training is an edge."}}},"categories":{"$ref":"#/definitions/counts","description":"How many rows had which value."}}};

function validate11(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
for(const key0 in data){
if(!(((((((key0 === "mean") || (key0 === "std")) || (key0 === "min")) || (key0 === "max")) || (key0 === "quantiles")) || (key0 === "bins")) || (key0 === "categories"))){
const err0 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
}
if(data.mean !== undefined){
let data0 = data.mean;
if(!((typeof data0 == "number") && (isFinite(data0)))){
const err1 = {instancePath:instancePath+"/mean",schemaPath:"#/properties/mean/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
}
if(data.std !== undefined){
let data1 = data.std;
if((typeof data1 == "number") && (isFinite(data1))){
if(data1 < 0 || isNaN(data1)){
const err2 = {instancePath:instancePath+"/std",schemaPath:"#/properties/std/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
}
else {
const err3 = {instancePath:instancePath+"/std",schemaPath:"#/properties/std/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
if(data.min !== undefined){
let data2 = data.min;
if(!((typeof data2 == "number") && (isFinite(data2)))){
const err4 = {instancePath:instancePath+"/min",schemaPath:"#/properties/min/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.max !== undefined){
let data3 = data.max;
if(!((typeof data3 == "number") && (isFinite(data3)))){
const err5 = {instancePath:instancePath+"/max",schemaPath:"#/properties/max/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.quantiles !== undefined){
let data4 = data.quantiles;
if(Array.isArray(data4)){
if(data4.length < 2){
const err6 = {instancePath:instancePath+"/quantiles",schemaPath:"#/properties/quantiles/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
const len0 = data4.length;
for(let i0=0; i0<len0; i0++){
let data5 = data4[i0];
if(!((typeof data5 == "number") && (isFinite(data5)))){
const err7 = {instancePath:instancePath+"/quantiles/" + i0,schemaPath:"#/properties/quantiles/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
}
else {
const err8 = {instancePath:instancePath+"/quantiles",schemaPath:"#/properties/quantiles/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
if(data.bins !== undefined){
let data6 = data.bins;
if(data6 && typeof data6 == "object" && !Array.isArray(data6)){
if(data6.edges === undefined){
const err9 = {instancePath:instancePath+"/bins",schemaPath:"#/properties/bins/required",keyword:"required",params:{missingProperty: "edges"},message:"must have required property '"+"edges"+"'"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
if(data6.counts === undefined){
const err10 = {instancePath:instancePath+"/bins",schemaPath:"#/properties/bins/required",keyword:"required",params:{missingProperty: "counts"},message:"must have required property '"+"counts"+"'"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
for(const key1 in data6){
if(!(((key1 === "edges") || (key1 === "counts")) || (key1 === "complete"))){
const err11 = {instancePath:instancePath+"/bins",schemaPath:"#/properties/bins/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data6.edges !== undefined){
let data7 = data6.edges;
if(Array.isArray(data7)){
if(data7.length > 100){
const err12 = {instancePath:instancePath+"/bins/edges",schemaPath:"#/properties/bins/properties/edges/maxItems",keyword:"maxItems",params:{limit: 100},message:"must NOT have more than 100 items"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
if(data7.length < 1){
const err13 = {instancePath:instancePath+"/bins/edges",schemaPath:"#/properties/bins/properties/edges/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
const len1 = data7.length;
for(let i1=0; i1<len1; i1++){
let data8 = data7[i1];
if(!((typeof data8 == "number") && (isFinite(data8)))){
const err14 = {instancePath:instancePath+"/bins/edges/" + i1,schemaPath:"#/properties/bins/properties/edges/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
}
else {
const err15 = {instancePath:instancePath+"/bins/edges",schemaPath:"#/properties/bins/properties/edges/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data6.counts !== undefined){
let data9 = data6.counts;
if(Array.isArray(data9)){
const len2 = data9.length;
for(let i2=0; i2<len2; i2++){
let data10 = data9[i2];
if(!(((typeof data10 == "number") && (!(data10 % 1) && !isNaN(data10))) && (isFinite(data10)))){
const err16 = {instancePath:instancePath+"/bins/counts/" + i2,schemaPath:"#/properties/bins/properties/counts/items/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
if((typeof data10 == "number") && (isFinite(data10))){
if(data10 < 0 || isNaN(data10)){
const err17 = {instancePath:instancePath+"/bins/counts/" + i2,schemaPath:"#/properties/bins/properties/counts/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
}
}
else {
const err18 = {instancePath:instancePath+"/bins/counts",schemaPath:"#/properties/bins/properties/counts/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data6.complete !== undefined){
if(typeof data6.complete !== "boolean"){
const err19 = {instancePath:instancePath+"/bins/complete",schemaPath:"#/properties/bins/properties/complete/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
}
else {
const err20 = {instancePath:instancePath+"/bins",schemaPath:"#/properties/bins/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
if(data.categories !== undefined){
let data12 = data.categories;
if(data12 && typeof data12 == "object" && !Array.isArray(data12)){
for(const key2 in data12){
let data13 = data12[key2];
if(!(((typeof data13 == "number") && (!(data13 % 1) && !isNaN(data13))) && (isFinite(data13)))){
const err21 = {instancePath:instancePath+"/categories/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/counts/additionalProperties/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
if((typeof data13 == "number") && (isFinite(data13))){
if(data13 < 0 || isNaN(data13)){
const err22 = {instancePath:instancePath+"/categories/" + key2.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/counts/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
}
else {
const err23 = {instancePath:instancePath+"/categories",schemaPath:"#/definitions/counts/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
}
else {
const err24 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
validate11.errors = vErrors;
return errors === 0;
}


function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.schema_version === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "schema_version"},message:"must have required property '"+"schema_version"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.name === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.version === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "version"},message:"must have required property '"+"version"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.artifact === undefined){
const err3 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "artifact"},message:"must have required property '"+"artifact"+"'"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
for(const key0 in data){
if(!(func2.call(schema11.properties, key0))){
const err4 = {instancePath,schemaPath:"#/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key0},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
if(data.schema_version !== undefined){
if(1 !== data.schema_version){
const err5 = {instancePath:instancePath+"/schema_version",schemaPath:"#/properties/schema_version/const",keyword:"const",params:{allowedValue: 1},message:"must be equal to constant"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
}
if(data.name !== undefined){
let data1 = data.name;
if(typeof data1 === "string"){
if(!pattern0.test(data1)){
const err6 = {instancePath:instancePath+"/name",schemaPath:"#/definitions/name/pattern",keyword:"pattern",params:{pattern: "^[a-z0-9][a-z0-9._-]{0,62}$"},message:"must match pattern \""+"^[a-z0-9][a-z0-9._-]{0,62}$"+"\""};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
}
else {
const err7 = {instancePath:instancePath+"/name",schemaPath:"#/definitions/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.version !== undefined){
let data2 = data.version;
if(typeof data2 === "string"){
if(func3(data2) > 64){
const err8 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/maxLength",keyword:"maxLength",params:{limit: 64},message:"must NOT have more than 64 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
if(!pattern1.test(data2)){
const err9 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/pattern",keyword:"pattern",params:{pattern: "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$"},message:"must match pattern \""+"^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$"+"\""};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
else {
const err10 = {instancePath:instancePath+"/version",schemaPath:"#/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
if(data.task !== undefined){
let data3 = data.task;
if(!(((data3 === "classification") || (data3 === "regression")) || (data3 === "image-classification"))){
const err11 = {instancePath:instancePath+"/task",schemaPath:"#/properties/task/enum",keyword:"enum",params:{allowedValues: schema11.properties.task.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.description !== undefined){
if(typeof data.description !== "string"){
const err12 = {instancePath:instancePath+"/description",schemaPath:"#/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.artifact !== undefined){
let data5 = data.artifact;
if(data5 && typeof data5 == "object" && !Array.isArray(data5)){
if(data5.file === undefined){
const err13 = {instancePath:instancePath+"/artifact",schemaPath:"#/properties/artifact/required",keyword:"required",params:{missingProperty: "file"},message:"must have required property '"+"file"+"'"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
if(data5.bytes === undefined){
const err14 = {instancePath:instancePath+"/artifact",schemaPath:"#/properties/artifact/required",keyword:"required",params:{missingProperty: "bytes"},message:"must have required property '"+"bytes"+"'"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
if(data5.sha256 === undefined){
const err15 = {instancePath:instancePath+"/artifact",schemaPath:"#/properties/artifact/required",keyword:"required",params:{missingProperty: "sha256"},message:"must have required property '"+"sha256"+"'"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
for(const key1 in data5){
if(!(((key1 === "file") || (key1 === "bytes")) || (key1 === "sha256"))){
const err16 = {instancePath:instancePath+"/artifact",schemaPath:"#/properties/artifact/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
if(data5.file !== undefined){
let data6 = data5.file;
if(typeof data6 === "string"){
if(!pattern2.test(data6)){
const err17 = {instancePath:instancePath+"/artifact/file",schemaPath:"#/definitions/file/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"+"\""};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
else {
const err18 = {instancePath:instancePath+"/artifact/file",schemaPath:"#/definitions/file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
if(data5.bytes !== undefined){
let data7 = data5.bytes;
if(!(((typeof data7 == "number") && (!(data7 % 1) && !isNaN(data7))) && (isFinite(data7)))){
const err19 = {instancePath:instancePath+"/artifact/bytes",schemaPath:"#/properties/artifact/properties/bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
if((typeof data7 == "number") && (isFinite(data7))){
if(data7 < 1 || isNaN(data7)){
const err20 = {instancePath:instancePath+"/artifact/bytes",schemaPath:"#/properties/artifact/properties/bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
}
if(data5.sha256 !== undefined){
let data8 = data5.sha256;
if(typeof data8 === "string"){
if(!pattern3.test(data8)){
const err21 = {instancePath:instancePath+"/artifact/sha256",schemaPath:"#/definitions/sha256/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
else {
const err22 = {instancePath:instancePath+"/artifact/sha256",schemaPath:"#/definitions/sha256/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
}
}
else {
const err23 = {instancePath:instancePath+"/artifact",schemaPath:"#/properties/artifact/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
}
if(data.sealed !== undefined){
let data9 = data.sealed;
if(Array.isArray(data9)){
if(data9.length < 1){
const err24 = {instancePath:instancePath+"/sealed",schemaPath:"#/properties/sealed/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
let data10 = data9[i0];
if(data10 && typeof data10 == "object" && !Array.isArray(data10)){
if(data10.file === undefined){
const err25 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/required",keyword:"required",params:{missingProperty: "file"},message:"must have required property '"+"file"+"'"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
if(data10.bytes === undefined){
const err26 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/required",keyword:"required",params:{missingProperty: "bytes"},message:"must have required property '"+"bytes"+"'"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(data10.sha256 === undefined){
const err27 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/required",keyword:"required",params:{missingProperty: "sha256"},message:"must have required property '"+"sha256"+"'"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data10.format === undefined){
const err28 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/required",keyword:"required",params:{missingProperty: "format"},message:"must have required property '"+"format"+"'"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
if(data10.runtime === undefined){
const err29 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/required",keyword:"required",params:{missingProperty: "runtime"},message:"must have required property '"+"runtime"+"'"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(data10.prepacking === undefined){
const err30 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/required",keyword:"required",params:{missingProperty: "prepacking"},message:"must have required property '"+"prepacking"+"'"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
for(const key2 in data10){
if(!((((((key2 === "file") || (key2 === "bytes")) || (key2 === "sha256")) || (key2 === "format")) || (key2 === "runtime")) || (key2 === "prepacking"))){
const err31 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(data10.file !== undefined){
let data11 = data10.file;
if(typeof data11 === "string"){
if(!pattern2.test(data11)){
const err32 = {instancePath:instancePath+"/sealed/" + i0+"/file",schemaPath:"#/definitions/file/pattern",keyword:"pattern",params:{pattern: "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"},message:"must match pattern \""+"^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$"+"\""};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
}
else {
const err33 = {instancePath:instancePath+"/sealed/" + i0+"/file",schemaPath:"#/definitions/file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
if(data10.bytes !== undefined){
let data12 = data10.bytes;
if(!(((typeof data12 == "number") && (!(data12 % 1) && !isNaN(data12))) && (isFinite(data12)))){
const err34 = {instancePath:instancePath+"/sealed/" + i0+"/bytes",schemaPath:"#/properties/sealed/items/properties/bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
if((typeof data12 == "number") && (isFinite(data12))){
if(data12 < 1 || isNaN(data12)){
const err35 = {instancePath:instancePath+"/sealed/" + i0+"/bytes",schemaPath:"#/properties/sealed/items/properties/bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
}
}
if(data10.sha256 !== undefined){
let data13 = data10.sha256;
if(typeof data13 === "string"){
if(!pattern3.test(data13)){
const err36 = {instancePath:instancePath+"/sealed/" + i0+"/sha256",schemaPath:"#/definitions/sha256/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
}
else {
const err37 = {instancePath:instancePath+"/sealed/" + i0+"/sha256",schemaPath:"#/definitions/sha256/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data10.format !== undefined){
if(!(data10.format === "ort")){
const err38 = {instancePath:instancePath+"/sealed/" + i0+"/format",schemaPath:"#/properties/sealed/items/properties/format/enum",keyword:"enum",params:{allowedValues: schema11.properties.sealed.items.properties.format.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
if(data10.runtime !== undefined){
let data15 = data10.runtime;
if(typeof data15 === "string"){
if(func3(data15) < 1){
const err39 = {instancePath:instancePath+"/sealed/" + i0+"/runtime",schemaPath:"#/properties/sealed/items/properties/runtime/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
else {
const err40 = {instancePath:instancePath+"/sealed/" + i0+"/runtime",schemaPath:"#/properties/sealed/items/properties/runtime/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
if(data10.prepacking !== undefined){
if(typeof data10.prepacking !== "boolean"){
const err41 = {instancePath:instancePath+"/sealed/" + i0+"/prepacking",schemaPath:"#/properties/sealed/items/properties/prepacking/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
}
else {
const err42 = {instancePath:instancePath+"/sealed/" + i0,schemaPath:"#/properties/sealed/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
}
else {
const err43 = {instancePath:instancePath+"/sealed",schemaPath:"#/properties/sealed/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.signature !== undefined){
let data17 = data.signature;
if(data17 && typeof data17 == "object" && !Array.isArray(data17)){
if(data17.inputs === undefined){
const err44 = {instancePath:instancePath+"/signature",schemaPath:"#/properties/signature/required",keyword:"required",params:{missingProperty: "inputs"},message:"must have required property '"+"inputs"+"'"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
if(data17.outputs === undefined){
const err45 = {instancePath:instancePath+"/signature",schemaPath:"#/properties/signature/required",keyword:"required",params:{missingProperty: "outputs"},message:"must have required property '"+"outputs"+"'"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
for(const key3 in data17){
if(!((key3 === "inputs") || (key3 === "outputs"))){
const err46 = {instancePath:instancePath+"/signature",schemaPath:"#/properties/signature/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key3},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data17.inputs !== undefined){
let data18 = data17.inputs;
if(Array.isArray(data18)){
if(data18.length < 1){
const err47 = {instancePath:instancePath+"/signature/inputs",schemaPath:"#/properties/signature/properties/inputs/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
const len1 = data18.length;
for(let i1=0; i1<len1; i1++){
let data19 = data18[i1];
if(data19 && typeof data19 == "object" && !Array.isArray(data19)){
if(data19.name === undefined){
const err48 = {instancePath:instancePath+"/signature/inputs/" + i1,schemaPath:"#/definitions/tensor/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
if(data19.type === undefined){
const err49 = {instancePath:instancePath+"/signature/inputs/" + i1,schemaPath:"#/definitions/tensor/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
if(data19.shape === undefined){
const err50 = {instancePath:instancePath+"/signature/inputs/" + i1,schemaPath:"#/definitions/tensor/required",keyword:"required",params:{missingProperty: "shape"},message:"must have required property '"+"shape"+"'"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
for(const key4 in data19){
if(!(((key4 === "name") || (key4 === "type")) || (key4 === "shape"))){
const err51 = {instancePath:instancePath+"/signature/inputs/" + i1,schemaPath:"#/definitions/tensor/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
}
if(data19.name !== undefined){
let data20 = data19.name;
if(typeof data20 === "string"){
if(func3(data20) < 1){
const err52 = {instancePath:instancePath+"/signature/inputs/" + i1+"/name",schemaPath:"#/definitions/tensor/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/signature/inputs/" + i1+"/name",schemaPath:"#/definitions/tensor/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(data19.type !== undefined){
let data21 = data19.type;
if(!(((((((((((((data21 === "float16") || (data21 === "float32")) || (data21 === "float64")) || (data21 === "int8")) || (data21 === "int16")) || (data21 === "int32")) || (data21 === "int64")) || (data21 === "uint8")) || (data21 === "uint16")) || (data21 === "uint32")) || (data21 === "uint64")) || (data21 === "bool")) || (data21 === "string"))){
const err54 = {instancePath:instancePath+"/signature/inputs/" + i1+"/type",schemaPath:"#/definitions/tensor/properties/type/enum",keyword:"enum",params:{allowedValues: schema17.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
}
if(data19.shape !== undefined){
let data22 = data19.shape;
if(Array.isArray(data22)){
const len2 = data22.length;
for(let i2=0; i2<len2; i2++){
let data23 = data22[i2];
if((!(((typeof data23 == "number") && (!(data23 % 1) && !isNaN(data23))) && (isFinite(data23)))) && (typeof data23 !== "string")){
const err55 = {instancePath:instancePath+"/signature/inputs/" + i1+"/shape/" + i2,schemaPath:"#/definitions/tensor/properties/shape/items/type",keyword:"type",params:{type: schema17.properties.shape.items.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
if((typeof data23 == "number") && (isFinite(data23))){
if(data23 < 0 || isNaN(data23)){
const err56 = {instancePath:instancePath+"/signature/inputs/" + i1+"/shape/" + i2,schemaPath:"#/definitions/tensor/properties/shape/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(typeof data23 === "string"){
if(func3(data23) < 1){
const err57 = {instancePath:instancePath+"/signature/inputs/" + i1+"/shape/" + i2,schemaPath:"#/definitions/tensor/properties/shape/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
}
}
}
else {
const err58 = {instancePath:instancePath+"/signature/inputs/" + i1+"/shape",schemaPath:"#/definitions/tensor/properties/shape/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
}
}
else {
const err59 = {instancePath:instancePath+"/signature/inputs/" + i1,schemaPath:"#/definitions/tensor/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
}
}
else {
const err60 = {instancePath:instancePath+"/signature/inputs",schemaPath:"#/properties/signature/properties/inputs/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
if(data17.outputs !== undefined){
let data24 = data17.outputs;
if(Array.isArray(data24)){
if(data24.length < 1){
const err61 = {instancePath:instancePath+"/signature/outputs",schemaPath:"#/properties/signature/properties/outputs/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
const len3 = data24.length;
for(let i3=0; i3<len3; i3++){
let data25 = data24[i3];
if(data25 && typeof data25 == "object" && !Array.isArray(data25)){
if(data25.name === undefined){
const err62 = {instancePath:instancePath+"/signature/outputs/" + i3,schemaPath:"#/definitions/tensor/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
if(data25.type === undefined){
const err63 = {instancePath:instancePath+"/signature/outputs/" + i3,schemaPath:"#/definitions/tensor/required",keyword:"required",params:{missingProperty: "type"},message:"must have required property '"+"type"+"'"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
if(data25.shape === undefined){
const err64 = {instancePath:instancePath+"/signature/outputs/" + i3,schemaPath:"#/definitions/tensor/required",keyword:"required",params:{missingProperty: "shape"},message:"must have required property '"+"shape"+"'"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
for(const key5 in data25){
if(!(((key5 === "name") || (key5 === "type")) || (key5 === "shape"))){
const err65 = {instancePath:instancePath+"/signature/outputs/" + i3,schemaPath:"#/definitions/tensor/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data25.name !== undefined){
let data26 = data25.name;
if(typeof data26 === "string"){
if(func3(data26) < 1){
const err66 = {instancePath:instancePath+"/signature/outputs/" + i3+"/name",schemaPath:"#/definitions/tensor/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
else {
const err67 = {instancePath:instancePath+"/signature/outputs/" + i3+"/name",schemaPath:"#/definitions/tensor/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
}
if(data25.type !== undefined){
let data27 = data25.type;
if(!(((((((((((((data27 === "float16") || (data27 === "float32")) || (data27 === "float64")) || (data27 === "int8")) || (data27 === "int16")) || (data27 === "int32")) || (data27 === "int64")) || (data27 === "uint8")) || (data27 === "uint16")) || (data27 === "uint32")) || (data27 === "uint64")) || (data27 === "bool")) || (data27 === "string"))){
const err68 = {instancePath:instancePath+"/signature/outputs/" + i3+"/type",schemaPath:"#/definitions/tensor/properties/type/enum",keyword:"enum",params:{allowedValues: schema17.properties.type.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
}
if(data25.shape !== undefined){
let data28 = data25.shape;
if(Array.isArray(data28)){
const len4 = data28.length;
for(let i4=0; i4<len4; i4++){
let data29 = data28[i4];
if((!(((typeof data29 == "number") && (!(data29 % 1) && !isNaN(data29))) && (isFinite(data29)))) && (typeof data29 !== "string")){
const err69 = {instancePath:instancePath+"/signature/outputs/" + i3+"/shape/" + i4,schemaPath:"#/definitions/tensor/properties/shape/items/type",keyword:"type",params:{type: schema17.properties.shape.items.type},message:"must be integer,string"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
if((typeof data29 == "number") && (isFinite(data29))){
if(data29 < 0 || isNaN(data29)){
const err70 = {instancePath:instancePath+"/signature/outputs/" + i3+"/shape/" + i4,schemaPath:"#/definitions/tensor/properties/shape/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(typeof data29 === "string"){
if(func3(data29) < 1){
const err71 = {instancePath:instancePath+"/signature/outputs/" + i3+"/shape/" + i4,schemaPath:"#/definitions/tensor/properties/shape/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
}
}
else {
const err72 = {instancePath:instancePath+"/signature/outputs/" + i3+"/shape",schemaPath:"#/definitions/tensor/properties/shape/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
}
else {
const err73 = {instancePath:instancePath+"/signature/outputs/" + i3,schemaPath:"#/definitions/tensor/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
}
else {
const err74 = {instancePath:instancePath+"/signature/outputs",schemaPath:"#/properties/signature/properties/outputs/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
}
else {
const err75 = {instancePath:instancePath+"/signature",schemaPath:"#/properties/signature/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data.features !== undefined){
let data30 = data.features;
if(Array.isArray(data30)){
if(data30.length < 1){
const err76 = {instancePath:instancePath+"/features",schemaPath:"#/properties/features/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
const len5 = data30.length;
for(let i5=0; i5<len5; i5++){
let data31 = data30[i5];
if(data31 && typeof data31 == "object" && !Array.isArray(data31)){
if(data31.name === undefined){
const err77 = {instancePath:instancePath+"/features/" + i5,schemaPath:"#/properties/features/items/required",keyword:"required",params:{missingProperty: "name"},message:"must have required property '"+"name"+"'"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
if(data31.example === undefined){
const err78 = {instancePath:instancePath+"/features/" + i5,schemaPath:"#/properties/features/items/required",keyword:"required",params:{missingProperty: "example"},message:"must have required property '"+"example"+"'"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
for(const key6 in data31){
if(!(((((((key6 === "name") || (key6 === "description")) || (key6 === "unit")) || (key6 === "range")) || (key6 === "categories")) || (key6 === "nullable")) || (key6 === "example"))){
const err79 = {instancePath:instancePath+"/features/" + i5,schemaPath:"#/properties/features/items/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key6},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
if(data31.name !== undefined){
let data32 = data31.name;
if(typeof data32 === "string"){
if(func3(data32) > 128){
const err80 = {instancePath:instancePath+"/features/" + i5+"/name",schemaPath:"#/properties/features/items/properties/name/maxLength",keyword:"maxLength",params:{limit: 128},message:"must NOT have more than 128 characters"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
if(func3(data32) < 1){
const err81 = {instancePath:instancePath+"/features/" + i5+"/name",schemaPath:"#/properties/features/items/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
}
else {
const err82 = {instancePath:instancePath+"/features/" + i5+"/name",schemaPath:"#/properties/features/items/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
}
if(data31.description !== undefined){
if(typeof data31.description !== "string"){
const err83 = {instancePath:instancePath+"/features/" + i5+"/description",schemaPath:"#/properties/features/items/properties/description/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
}
if(data31.unit !== undefined){
let data34 = data31.unit;
if(typeof data34 === "string"){
if(func3(data34) < 1){
const err84 = {instancePath:instancePath+"/features/" + i5+"/unit",schemaPath:"#/properties/features/items/properties/unit/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
else {
const err85 = {instancePath:instancePath+"/features/" + i5+"/unit",schemaPath:"#/properties/features/items/properties/unit/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
}
if(data31.range !== undefined){
let data35 = data31.range;
if(Array.isArray(data35)){
if(data35.length > 2){
const err86 = {instancePath:instancePath+"/features/" + i5+"/range",schemaPath:"#/properties/features/items/properties/range/maxItems",keyword:"maxItems",params:{limit: 2},message:"must NOT have more than 2 items"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data35.length < 2){
const err87 = {instancePath:instancePath+"/features/" + i5+"/range",schemaPath:"#/properties/features/items/properties/range/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
const len6 = data35.length;
for(let i6=0; i6<len6; i6++){
let data36 = data35[i6];
if(!((typeof data36 == "number") && (isFinite(data36)))){
const err88 = {instancePath:instancePath+"/features/" + i5+"/range/" + i6,schemaPath:"#/properties/features/items/properties/range/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
}
}
else {
const err89 = {instancePath:instancePath+"/features/" + i5+"/range",schemaPath:"#/properties/features/items/properties/range/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
}
if(data31.categories !== undefined){
let data37 = data31.categories;
if(Array.isArray(data37)){
if(data37.length < 1){
const err90 = {instancePath:instancePath+"/features/" + i5+"/categories",schemaPath:"#/properties/features/items/properties/categories/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
const len7 = data37.length;
for(let i7=0; i7<len7; i7++){
if(typeof data37[i7] !== "string"){
const err91 = {instancePath:instancePath+"/features/" + i5+"/categories/" + i7,schemaPath:"#/properties/features/items/properties/categories/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
}
}
else {
const err92 = {instancePath:instancePath+"/features/" + i5+"/categories",schemaPath:"#/properties/features/items/properties/categories/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
}
if(data31.nullable !== undefined){
if(typeof data31.nullable !== "boolean"){
const err93 = {instancePath:instancePath+"/features/" + i5+"/nullable",schemaPath:"#/properties/features/items/properties/nullable/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(data31.example !== undefined){
let data40 = data31.example;
if(((!((typeof data40 == "number") && (isFinite(data40)))) && (typeof data40 !== "string")) && (typeof data40 !== "boolean")){
const err94 = {instancePath:instancePath+"/features/" + i5+"/example",schemaPath:"#/properties/features/items/properties/example/type",keyword:"type",params:{type: schema11.properties.features.items.properties.example.type},message:"must be number,string,boolean"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
}
}
else {
const err95 = {instancePath:instancePath+"/features/" + i5,schemaPath:"#/properties/features/items/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
}
else {
const err96 = {instancePath:instancePath+"/features",schemaPath:"#/properties/features/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data.classes !== undefined){
let data41 = data.classes;
if(Array.isArray(data41)){
if(data41.length < 2){
const err97 = {instancePath:instancePath+"/classes",schemaPath:"#/properties/classes/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
const len8 = data41.length;
for(let i8=0; i8<len8; i8++){
let data42 = data41[i8];
if(typeof data42 === "string"){
if(func3(data42) < 1){
const err98 = {instancePath:instancePath+"/classes/" + i8,schemaPath:"#/properties/classes/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
else {
const err99 = {instancePath:instancePath+"/classes/" + i8,schemaPath:"#/properties/classes/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
}
else {
const err100 = {instancePath:instancePath+"/classes",schemaPath:"#/properties/classes/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
}
if(data.output !== undefined){
let data43 = data.output;
if(data43 && typeof data43 == "object" && !Array.isArray(data43)){
for(const key7 in data43){
if(!(((((key7 === "label") || (key7 === "label_values")) || (key7 === "probabilities")) || (key7 === "value")) || (key7 === "scores"))){
const err101 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
}
if(data43.label !== undefined){
if(typeof data43.label !== "string"){
const err102 = {instancePath:instancePath+"/output/label",schemaPath:"#/properties/output/properties/label/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
}
if(data43.label_values !== undefined){
let data45 = data43.label_values;
if(Array.isArray(data45)){
if(data45.length < 2){
const err103 = {instancePath:instancePath+"/output/label_values",schemaPath:"#/properties/output/properties/label_values/minItems",keyword:"minItems",params:{limit: 2},message:"must NOT have fewer than 2 items"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
const len9 = data45.length;
for(let i9=0; i9<len9; i9++){
let data46 = data45[i9];
if((!((typeof data46 == "number") && (isFinite(data46)))) && (typeof data46 !== "string")){
const err104 = {instancePath:instancePath+"/output/label_values/" + i9,schemaPath:"#/properties/output/properties/label_values/items/type",keyword:"type",params:{type: schema11.properties.output.properties.label_values.items.type},message:"must be number,string"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
}
else {
const err105 = {instancePath:instancePath+"/output/label_values",schemaPath:"#/properties/output/properties/label_values/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
}
if(data43.probabilities !== undefined){
if(typeof data43.probabilities !== "string"){
const err106 = {instancePath:instancePath+"/output/probabilities",schemaPath:"#/properties/output/properties/probabilities/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
}
if(data43.value !== undefined){
if(typeof data43.value !== "string"){
const err107 = {instancePath:instancePath+"/output/value",schemaPath:"#/properties/output/properties/value/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
}
if(data43.scores !== undefined){
if(typeof data43.scores !== "string"){
const err108 = {instancePath:instancePath+"/output/scores",schemaPath:"#/properties/output/properties/scores/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
}
}
else {
const err109 = {instancePath:instancePath+"/output",schemaPath:"#/properties/output/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(data.top_k !== undefined){
let data50 = data.top_k;
if(!(((typeof data50 == "number") && (!(data50 % 1) && !isNaN(data50))) && (isFinite(data50)))){
const err110 = {instancePath:instancePath+"/top_k",schemaPath:"#/properties/top_k/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
if((typeof data50 == "number") && (isFinite(data50))){
if(data50 < 1 || isNaN(data50)){
const err111 = {instancePath:instancePath+"/top_k",schemaPath:"#/properties/top_k/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
}
}
if(data.image !== undefined){
let data51 = data.image;
if(data51 && typeof data51 == "object" && !Array.isArray(data51)){
if(data51.input === undefined){
const err112 = {instancePath:instancePath+"/image",schemaPath:"#/properties/image/required",keyword:"required",params:{missingProperty: "input"},message:"must have required property '"+"input"+"'"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
for(const key8 in data51){
if(!(func2.call(schema11.properties.image.properties, key8))){
const err113 = {instancePath:instancePath+"/image",schemaPath:"#/properties/image/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key8},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
if(data51.input !== undefined){
let data52 = data51.input;
if(typeof data52 === "string"){
if(func3(data52) < 1){
const err114 = {instancePath:instancePath+"/image/input",schemaPath:"#/properties/image/properties/input/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
}
else {
const err115 = {instancePath:instancePath+"/image/input",schemaPath:"#/properties/image/properties/input/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
}
if(data51.resize !== undefined){
let data53 = data51.resize;
if(data53 && typeof data53 == "object" && !Array.isArray(data53)){
for(const key9 in data53){
if(!(((key9 === "shorter_side") || (key9 === "width")) || (key9 === "height"))){
const err116 = {instancePath:instancePath+"/image/resize",schemaPath:"#/properties/image/properties/resize/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key9},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
if(data53.shorter_side !== undefined){
let data54 = data53.shorter_side;
if(!(((typeof data54 == "number") && (!(data54 % 1) && !isNaN(data54))) && (isFinite(data54)))){
const err117 = {instancePath:instancePath+"/image/resize/shorter_side",schemaPath:"#/definitions/pixels/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if((typeof data54 == "number") && (isFinite(data54))){
if(data54 > 16384 || isNaN(data54)){
const err118 = {instancePath:instancePath+"/image/resize/shorter_side",schemaPath:"#/definitions/pixels/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16384},message:"must be <= 16384"};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
if(data54 < 1 || isNaN(data54)){
const err119 = {instancePath:instancePath+"/image/resize/shorter_side",schemaPath:"#/definitions/pixels/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
}
if(data53.width !== undefined){
let data55 = data53.width;
if(!(((typeof data55 == "number") && (!(data55 % 1) && !isNaN(data55))) && (isFinite(data55)))){
const err120 = {instancePath:instancePath+"/image/resize/width",schemaPath:"#/definitions/pixels/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if((typeof data55 == "number") && (isFinite(data55))){
if(data55 > 16384 || isNaN(data55)){
const err121 = {instancePath:instancePath+"/image/resize/width",schemaPath:"#/definitions/pixels/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16384},message:"must be <= 16384"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
if(data55 < 1 || isNaN(data55)){
const err122 = {instancePath:instancePath+"/image/resize/width",schemaPath:"#/definitions/pixels/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
}
if(data53.height !== undefined){
let data56 = data53.height;
if(!(((typeof data56 == "number") && (!(data56 % 1) && !isNaN(data56))) && (isFinite(data56)))){
const err123 = {instancePath:instancePath+"/image/resize/height",schemaPath:"#/definitions/pixels/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if((typeof data56 == "number") && (isFinite(data56))){
if(data56 > 16384 || isNaN(data56)){
const err124 = {instancePath:instancePath+"/image/resize/height",schemaPath:"#/definitions/pixels/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16384},message:"must be <= 16384"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
if(data56 < 1 || isNaN(data56)){
const err125 = {instancePath:instancePath+"/image/resize/height",schemaPath:"#/definitions/pixels/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
}
}
else {
const err126 = {instancePath:instancePath+"/image/resize",schemaPath:"#/properties/image/properties/resize/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
}
if(data51.crop !== undefined){
let data57 = data51.crop;
if(data57 && typeof data57 == "object" && !Array.isArray(data57)){
if(data57.width === undefined){
const err127 = {instancePath:instancePath+"/image/crop",schemaPath:"#/properties/image/properties/crop/required",keyword:"required",params:{missingProperty: "width"},message:"must have required property '"+"width"+"'"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
if(data57.height === undefined){
const err128 = {instancePath:instancePath+"/image/crop",schemaPath:"#/properties/image/properties/crop/required",keyword:"required",params:{missingProperty: "height"},message:"must have required property '"+"height"+"'"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
for(const key10 in data57){
if(!((key10 === "width") || (key10 === "height"))){
const err129 = {instancePath:instancePath+"/image/crop",schemaPath:"#/properties/image/properties/crop/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key10},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
}
if(data57.width !== undefined){
let data58 = data57.width;
if(!(((typeof data58 == "number") && (!(data58 % 1) && !isNaN(data58))) && (isFinite(data58)))){
const err130 = {instancePath:instancePath+"/image/crop/width",schemaPath:"#/definitions/pixels/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
if((typeof data58 == "number") && (isFinite(data58))){
if(data58 > 16384 || isNaN(data58)){
const err131 = {instancePath:instancePath+"/image/crop/width",schemaPath:"#/definitions/pixels/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16384},message:"must be <= 16384"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(data58 < 1 || isNaN(data58)){
const err132 = {instancePath:instancePath+"/image/crop/width",schemaPath:"#/definitions/pixels/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
}
}
if(data57.height !== undefined){
let data59 = data57.height;
if(!(((typeof data59 == "number") && (!(data59 % 1) && !isNaN(data59))) && (isFinite(data59)))){
const err133 = {instancePath:instancePath+"/image/crop/height",schemaPath:"#/definitions/pixels/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
if((typeof data59 == "number") && (isFinite(data59))){
if(data59 > 16384 || isNaN(data59)){
const err134 = {instancePath:instancePath+"/image/crop/height",schemaPath:"#/definitions/pixels/maximum",keyword:"maximum",params:{comparison: "<=", limit: 16384},message:"must be <= 16384"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
if(data59 < 1 || isNaN(data59)){
const err135 = {instancePath:instancePath+"/image/crop/height",schemaPath:"#/definitions/pixels/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
}
}
else {
const err136 = {instancePath:instancePath+"/image/crop",schemaPath:"#/properties/image/properties/crop/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
if(data51.interpolation !== undefined){
let data60 = data51.interpolation;
if(!((((data60 === "bilinear") || (data60 === "bicubic")) || (data60 === "nearest")) || (data60 === "lanczos"))){
const err137 = {instancePath:instancePath+"/image/interpolation",schemaPath:"#/properties/image/properties/interpolation/enum",keyword:"enum",params:{allowedValues: schema11.properties.image.properties.interpolation.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
if(data51.channels !== undefined){
let data61 = data51.channels;
if(!(((data61 === "rgb") || (data61 === "bgr")) || (data61 === "grey"))){
const err138 = {instancePath:instancePath+"/image/channels",schemaPath:"#/properties/image/properties/channels/enum",keyword:"enum",params:{allowedValues: schema11.properties.image.properties.channels.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
}
if(data51.background !== undefined){
let data62 = data51.background;
if(Array.isArray(data62)){
if(data62.length < 1){
const err139 = {instancePath:instancePath+"/image/background",schemaPath:"#/properties/image/properties/background/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
const len10 = data62.length;
for(let i10=0; i10<len10; i10++){
let data63 = data62[i10];
if((typeof data63 == "number") && (isFinite(data63))){
if(data63 > 255 || isNaN(data63)){
const err140 = {instancePath:instancePath+"/image/background/" + i10,schemaPath:"#/properties/image/properties/background/items/maximum",keyword:"maximum",params:{comparison: "<=", limit: 255},message:"must be <= 255"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
if(data63 < 0 || isNaN(data63)){
const err141 = {instancePath:instancePath+"/image/background/" + i10,schemaPath:"#/properties/image/properties/background/items/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
}
else {
const err142 = {instancePath:instancePath+"/image/background/" + i10,schemaPath:"#/properties/image/properties/background/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
}
}
else {
const err143 = {instancePath:instancePath+"/image/background",schemaPath:"#/properties/image/properties/background/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
if(data51.invert !== undefined){
if(typeof data51.invert !== "boolean"){
const err144 = {instancePath:instancePath+"/image/invert",schemaPath:"#/properties/image/properties/invert/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
}
if(data51.scale !== undefined){
let data65 = data51.scale;
if(!((typeof data65 == "number") && (isFinite(data65)))){
const err145 = {instancePath:instancePath+"/image/scale",schemaPath:"#/properties/image/properties/scale/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
if(data51.mean !== undefined){
let data66 = data51.mean;
if(Array.isArray(data66)){
if(data66.length < 1){
const err146 = {instancePath:instancePath+"/image/mean",schemaPath:"#/properties/image/properties/mean/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
const len11 = data66.length;
for(let i11=0; i11<len11; i11++){
let data67 = data66[i11];
if(!((typeof data67 == "number") && (isFinite(data67)))){
const err147 = {instancePath:instancePath+"/image/mean/" + i11,schemaPath:"#/properties/image/properties/mean/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
}
else {
const err148 = {instancePath:instancePath+"/image/mean",schemaPath:"#/properties/image/properties/mean/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
if(data51.std !== undefined){
let data68 = data51.std;
if(Array.isArray(data68)){
if(data68.length < 1){
const err149 = {instancePath:instancePath+"/image/std",schemaPath:"#/properties/image/properties/std/minItems",keyword:"minItems",params:{limit: 1},message:"must NOT have fewer than 1 items"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
const len12 = data68.length;
for(let i12=0; i12<len12; i12++){
let data69 = data68[i12];
if(!((typeof data69 == "number") && (isFinite(data69)))){
const err150 = {instancePath:instancePath+"/image/std/" + i12,schemaPath:"#/properties/image/properties/std/items/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
}
}
else {
const err151 = {instancePath:instancePath+"/image/std",schemaPath:"#/properties/image/properties/std/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
if(data51.layout !== undefined){
let data70 = data51.layout;
if(!((data70 === "nchw") || (data70 === "nhwc"))){
const err152 = {instancePath:instancePath+"/image/layout",schemaPath:"#/properties/image/properties/layout/enum",keyword:"enum",params:{allowedValues: schema11.properties.image.properties.layout.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
if(data51.softmax !== undefined){
if(typeof data51.softmax !== "boolean"){
const err153 = {instancePath:instancePath+"/image/softmax",schemaPath:"#/properties/image/properties/softmax/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
}
}
else {
const err154 = {instancePath:instancePath+"/image",schemaPath:"#/properties/image/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
}
if(data.cache !== undefined){
let data72 = data.cache;
if(data72 && typeof data72 == "object" && !Array.isArray(data72)){
if(data72.max_bytes === undefined){
const err155 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/required",keyword:"required",params:{missingProperty: "max_bytes"},message:"must have required property '"+"max_bytes"+"'"};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
if(data72.max_age_seconds === undefined){
const err156 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/required",keyword:"required",params:{missingProperty: "max_age_seconds"},message:"must have required property '"+"max_age_seconds"+"'"};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
for(const key11 in data72){
if(!((key11 === "max_bytes") || (key11 === "max_age_seconds"))){
const err157 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key11},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
if(data72.max_bytes !== undefined){
let data73 = data72.max_bytes;
if(!(((typeof data73 == "number") && (!(data73 % 1) && !isNaN(data73))) && (isFinite(data73)))){
const err158 = {instancePath:instancePath+"/cache/max_bytes",schemaPath:"#/properties/cache/properties/max_bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
if((typeof data73 == "number") && (isFinite(data73))){
if(data73 < 1024 || isNaN(data73)){
const err159 = {instancePath:instancePath+"/cache/max_bytes",schemaPath:"#/properties/cache/properties/max_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1024},message:"must be >= 1024"};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
}
}
if(data72.max_age_seconds !== undefined){
let data74 = data72.max_age_seconds;
if((typeof data74 == "number") && (isFinite(data74))){
if(data74 <= 0 || isNaN(data74)){
const err160 = {instancePath:instancePath+"/cache/max_age_seconds",schemaPath:"#/properties/cache/properties/max_age_seconds/exclusiveMinimum",keyword:"exclusiveMinimum",params:{comparison: ">", limit: 0},message:"must be > 0"};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
else {
const err161 = {instancePath:instancePath+"/cache/max_age_seconds",schemaPath:"#/properties/cache/properties/max_age_seconds/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
}
else {
const err162 = {instancePath:instancePath+"/cache",schemaPath:"#/properties/cache/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
}
if(data.batching !== undefined){
let data75 = data.batching;
if(data75 && typeof data75 == "object" && !Array.isArray(data75)){
for(const key12 in data75){
if(!((key12 === "max_batch_size") || (key12 === "max_delay_ms"))){
const err163 = {instancePath:instancePath+"/batching",schemaPath:"#/properties/batching/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key12},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
if(data75.max_batch_size !== undefined){
let data76 = data75.max_batch_size;
if(!(((typeof data76 == "number") && (!(data76 % 1) && !isNaN(data76))) && (isFinite(data76)))){
const err164 = {instancePath:instancePath+"/batching/max_batch_size",schemaPath:"#/properties/batching/properties/max_batch_size/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
if((typeof data76 == "number") && (isFinite(data76))){
if(data76 < 1 || isNaN(data76)){
const err165 = {instancePath:instancePath+"/batching/max_batch_size",schemaPath:"#/properties/batching/properties/max_batch_size/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
}
if(data75.max_delay_ms !== undefined){
let data77 = data75.max_delay_ms;
if((typeof data77 == "number") && (isFinite(data77))){
if(data77 > 10000 || isNaN(data77)){
const err166 = {instancePath:instancePath+"/batching/max_delay_ms",schemaPath:"#/properties/batching/properties/max_delay_ms/maximum",keyword:"maximum",params:{comparison: "<=", limit: 10000},message:"must be <= 10000"};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
if(data77 < 0 || isNaN(data77)){
const err167 = {instancePath:instancePath+"/batching/max_delay_ms",schemaPath:"#/properties/batching/properties/max_delay_ms/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
else {
const err168 = {instancePath:instancePath+"/batching/max_delay_ms",schemaPath:"#/properties/batching/properties/max_delay_ms/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
}
}
else {
const err169 = {instancePath:instancePath+"/batching",schemaPath:"#/properties/batching/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
}
if(data.training !== undefined){
let data78 = data.training;
if(data78 && typeof data78 == "object" && !Array.isArray(data78)){
for(const key13 in data78){
if(!(((((key13 === "algorithm") || (key13 === "data")) || (key13 === "seed")) || (key13 === "hyperparameters")) || (key13 === "metrics"))){
const err170 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key13},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
}
if(data78.algorithm !== undefined){
if(typeof data78.algorithm !== "string"){
const err171 = {instancePath:instancePath+"/training/algorithm",schemaPath:"#/properties/training/properties/algorithm/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
}
if(data78.data !== undefined){
let data80 = data78.data;
if(data80 && typeof data80 == "object" && !Array.isArray(data80)){
if(data80.sha256 === undefined){
const err172 = {instancePath:instancePath+"/training/data",schemaPath:"#/properties/training/properties/data/required",keyword:"required",params:{missingProperty: "sha256"},message:"must have required property '"+"sha256"+"'"};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
for(const key14 in data80){
if(!((((key14 === "file") || (key14 === "sha256")) || (key14 === "rows")) || (key14 === "test_rows"))){
const err173 = {instancePath:instancePath+"/training/data",schemaPath:"#/properties/training/properties/data/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key14},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
}
if(data80.file !== undefined){
if(typeof data80.file !== "string"){
const err174 = {instancePath:instancePath+"/training/data/file",schemaPath:"#/properties/training/properties/data/properties/file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
}
if(data80.sha256 !== undefined){
let data82 = data80.sha256;
if(typeof data82 === "string"){
if(!pattern3.test(data82)){
const err175 = {instancePath:instancePath+"/training/data/sha256",schemaPath:"#/properties/training/properties/data/properties/sha256/pattern",keyword:"pattern",params:{pattern: "^[0-9a-f]{64}$"},message:"must match pattern \""+"^[0-9a-f]{64}$"+"\""};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
}
else {
const err176 = {instancePath:instancePath+"/training/data/sha256",schemaPath:"#/properties/training/properties/data/properties/sha256/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
}
if(data80.rows !== undefined){
let data83 = data80.rows;
if(!(((typeof data83 == "number") && (!(data83 % 1) && !isNaN(data83))) && (isFinite(data83)))){
const err177 = {instancePath:instancePath+"/training/data/rows",schemaPath:"#/properties/training/properties/data/properties/rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
if((typeof data83 == "number") && (isFinite(data83))){
if(data83 < 1 || isNaN(data83)){
const err178 = {instancePath:instancePath+"/training/data/rows",schemaPath:"#/properties/training/properties/data/properties/rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
}
if(data80.test_rows !== undefined){
let data84 = data80.test_rows;
if(!(((typeof data84 == "number") && (!(data84 % 1) && !isNaN(data84))) && (isFinite(data84)))){
const err179 = {instancePath:instancePath+"/training/data/test_rows",schemaPath:"#/properties/training/properties/data/properties/test_rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if((typeof data84 == "number") && (isFinite(data84))){
if(data84 < 0 || isNaN(data84)){
const err180 = {instancePath:instancePath+"/training/data/test_rows",schemaPath:"#/properties/training/properties/data/properties/test_rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
}
}
else {
const err181 = {instancePath:instancePath+"/training/data",schemaPath:"#/properties/training/properties/data/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
}
if(data78.seed !== undefined){
let data85 = data78.seed;
if(!(((typeof data85 == "number") && (!(data85 % 1) && !isNaN(data85))) && (isFinite(data85)))){
const err182 = {instancePath:instancePath+"/training/seed",schemaPath:"#/properties/training/properties/seed/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
}
if(data78.hyperparameters !== undefined){
let data86 = data78.hyperparameters;
if(!(data86 && typeof data86 == "object" && !Array.isArray(data86))){
const err183 = {instancePath:instancePath+"/training/hyperparameters",schemaPath:"#/properties/training/properties/hyperparameters/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
}
if(data78.metrics !== undefined){
let data87 = data78.metrics;
if(data87 && typeof data87 == "object" && !Array.isArray(data87)){
for(const key15 in data87){
let data88 = data87[key15];
if(!((typeof data88 == "number") && (isFinite(data88)))){
const err184 = {instancePath:instancePath+"/training/metrics/" + key15.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/training/properties/metrics/additionalProperties/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
}
}
else {
const err185 = {instancePath:instancePath+"/training/metrics",schemaPath:"#/properties/training/properties/metrics/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
}
else {
const err186 = {instancePath:instancePath+"/training",schemaPath:"#/properties/training/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
if(data.source !== undefined){
let data89 = data.source;
if(data89 && typeof data89 == "object" && !Array.isArray(data89)){
if(data89.mlflow === undefined){
const err187 = {instancePath:instancePath+"/source",schemaPath:"#/properties/source/required",keyword:"required",params:{missingProperty: "mlflow"},message:"must have required property '"+"mlflow"+"'"};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
for(const key16 in data89){
if(!(key16 === "mlflow")){
const err188 = {instancePath:instancePath+"/source",schemaPath:"#/properties/source/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key16},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
}
if(data89.mlflow !== undefined){
let data90 = data89.mlflow;
if(data90 && typeof data90 == "object" && !Array.isArray(data90)){
if(data90.tracking_uri === undefined){
const err189 = {instancePath:instancePath+"/source/mlflow",schemaPath:"#/properties/source/properties/mlflow/required",keyword:"required",params:{missingProperty: "tracking_uri"},message:"must have required property '"+"tracking_uri"+"'"};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
for(const key17 in data90){
if(!((((key17 === "run_id") || (key17 === "model")) || (key17 === "version")) || (key17 === "tracking_uri"))){
const err190 = {instancePath:instancePath+"/source/mlflow",schemaPath:"#/properties/source/properties/mlflow/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key17},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
}
if(data90.run_id !== undefined){
let data91 = data90.run_id;
if(typeof data91 === "string"){
if(func3(data91) < 1){
const err191 = {instancePath:instancePath+"/source/mlflow/run_id",schemaPath:"#/properties/source/properties/mlflow/properties/run_id/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
}
else {
const err192 = {instancePath:instancePath+"/source/mlflow/run_id",schemaPath:"#/properties/source/properties/mlflow/properties/run_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
}
if(data90.model !== undefined){
let data92 = data90.model;
if(typeof data92 === "string"){
if(func3(data92) < 1){
const err193 = {instancePath:instancePath+"/source/mlflow/model",schemaPath:"#/properties/source/properties/mlflow/properties/model/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
}
else {
const err194 = {instancePath:instancePath+"/source/mlflow/model",schemaPath:"#/properties/source/properties/mlflow/properties/model/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
}
if(data90.version !== undefined){
let data93 = data90.version;
if(typeof data93 === "string"){
if(func3(data93) < 1){
const err195 = {instancePath:instancePath+"/source/mlflow/version",schemaPath:"#/properties/source/properties/mlflow/properties/version/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
}
else {
const err196 = {instancePath:instancePath+"/source/mlflow/version",schemaPath:"#/properties/source/properties/mlflow/properties/version/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
}
if(data90.tracking_uri !== undefined){
let data94 = data90.tracking_uri;
if(typeof data94 === "string"){
if(!pattern7.test(data94)){
const err197 = {instancePath:instancePath+"/source/mlflow/tracking_uri",schemaPath:"#/properties/source/properties/mlflow/properties/tracking_uri/pattern",keyword:"pattern",params:{pattern: "^https?://[^@]*$"},message:"must match pattern \""+"^https?://[^@]*$"+"\""};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
}
else {
const err198 = {instancePath:instancePath+"/source/mlflow/tracking_uri",schemaPath:"#/properties/source/properties/mlflow/properties/tracking_uri/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
}
}
else {
const err199 = {instancePath:instancePath+"/source/mlflow",schemaPath:"#/properties/source/properties/mlflow/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
}
else {
const err200 = {instancePath:instancePath+"/source",schemaPath:"#/properties/source/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
}
if(data.baseline !== undefined){
let data95 = data.baseline;
if(data95 && typeof data95 == "object" && !Array.isArray(data95)){
if(data95.rows === undefined){
const err201 = {instancePath:instancePath+"/baseline",schemaPath:"#/properties/baseline/required",keyword:"required",params:{missingProperty: "rows"},message:"must have required property '"+"rows"+"'"};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
if(data95.features === undefined){
const err202 = {instancePath:instancePath+"/baseline",schemaPath:"#/properties/baseline/required",keyword:"required",params:{missingProperty: "features"},message:"must have required property '"+"features"+"'"};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
for(const key18 in data95){
if(!((((key18 === "rows") || (key18 === "features")) || (key18 === "classes")) || (key18 === "predictions"))){
const err203 = {instancePath:instancePath+"/baseline",schemaPath:"#/properties/baseline/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key18},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
}
if(data95.rows !== undefined){
let data96 = data95.rows;
if(!(((typeof data96 == "number") && (!(data96 % 1) && !isNaN(data96))) && (isFinite(data96)))){
const err204 = {instancePath:instancePath+"/baseline/rows",schemaPath:"#/properties/baseline/properties/rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
if((typeof data96 == "number") && (isFinite(data96))){
if(data96 < 1 || isNaN(data96)){
const err205 = {instancePath:instancePath+"/baseline/rows",schemaPath:"#/properties/baseline/properties/rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
}
if(data95.features !== undefined){
let data97 = data95.features;
if(data97 && typeof data97 == "object" && !Array.isArray(data97)){
for(const key19 in data97){
if(!(validate11(data97[key19], {instancePath:instancePath+"/baseline/features/" + key19.replace(/~/g, "~0").replace(/\//g, "~1"),parentData:data97,parentDataProperty:key19,rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
}
else {
const err206 = {instancePath:instancePath+"/baseline/features",schemaPath:"#/properties/baseline/properties/features/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
}
if(data95.classes !== undefined){
let data99 = data95.classes;
if(data99 && typeof data99 == "object" && !Array.isArray(data99)){
for(const key20 in data99){
let data100 = data99[key20];
if((typeof data100 == "number") && (isFinite(data100))){
if(data100 > 1 || isNaN(data100)){
const err207 = {instancePath:instancePath+"/baseline/classes/" + key20.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/baseline/properties/classes/additionalProperties/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1},message:"must be <= 1"};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
if(data100 < 0 || isNaN(data100)){
const err208 = {instancePath:instancePath+"/baseline/classes/" + key20.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/baseline/properties/classes/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
}
else {
const err209 = {instancePath:instancePath+"/baseline/classes/" + key20.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/baseline/properties/classes/additionalProperties/type",keyword:"type",params:{type: "number"},message:"must be number"};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
}
else {
const err210 = {instancePath:instancePath+"/baseline/classes",schemaPath:"#/properties/baseline/properties/classes/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
}
if(data95.predictions !== undefined){
let data101 = data95.predictions;
if(data101 && typeof data101 == "object" && !Array.isArray(data101)){
if(data101.rows === undefined){
const err211 = {instancePath:instancePath+"/baseline/predictions",schemaPath:"#/properties/baseline/properties/predictions/required",keyword:"required",params:{missingProperty: "rows"},message:"must have required property '"+"rows"+"'"};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
for(const key21 in data101){
if(!((((key21 === "rows") || (key21 === "classes")) || (key21 === "confidence")) || (key21 === "value"))){
const err212 = {instancePath:instancePath+"/baseline/predictions",schemaPath:"#/properties/baseline/properties/predictions/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key21},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
}
if(data101.rows !== undefined){
let data102 = data101.rows;
if(!(((typeof data102 == "number") && (!(data102 % 1) && !isNaN(data102))) && (isFinite(data102)))){
const err213 = {instancePath:instancePath+"/baseline/predictions/rows",schemaPath:"#/properties/baseline/properties/predictions/properties/rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
if((typeof data102 == "number") && (isFinite(data102))){
if(data102 < 1 || isNaN(data102)){
const err214 = {instancePath:instancePath+"/baseline/predictions/rows",schemaPath:"#/properties/baseline/properties/predictions/properties/rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
}
}
if(data101.classes !== undefined){
let data103 = data101.classes;
if(data103 && typeof data103 == "object" && !Array.isArray(data103)){
for(const key22 in data103){
let data104 = data103[key22];
if(!(((typeof data104 == "number") && (!(data104 % 1) && !isNaN(data104))) && (isFinite(data104)))){
const err215 = {instancePath:instancePath+"/baseline/predictions/classes/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/counts/additionalProperties/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
if((typeof data104 == "number") && (isFinite(data104))){
if(data104 < 0 || isNaN(data104)){
const err216 = {instancePath:instancePath+"/baseline/predictions/classes/" + key22.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/definitions/counts/additionalProperties/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
}
}
}
else {
const err217 = {instancePath:instancePath+"/baseline/predictions/classes",schemaPath:"#/definitions/counts/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
if(data101.confidence !== undefined){
if(!(validate11(data101.confidence, {instancePath:instancePath+"/baseline/predictions/confidence",parentData:data101,parentDataProperty:"confidence",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
if(data101.value !== undefined){
if(!(validate11(data101.value, {instancePath:instancePath+"/baseline/predictions/value",parentData:data101,parentDataProperty:"value",rootData}))){
vErrors = vErrors === null ? validate11.errors : vErrors.concat(validate11.errors);
errors = vErrors.length;
}
}
}
else {
const err218 = {instancePath:instancePath+"/baseline/predictions",schemaPath:"#/properties/baseline/properties/predictions/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
}
}
else {
const err219 = {instancePath:instancePath+"/baseline",schemaPath:"#/properties/baseline/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
}
else {
const err220 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
