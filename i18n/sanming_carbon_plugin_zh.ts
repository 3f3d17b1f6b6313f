<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>@default</name>
    <message>
        <location filename="../sanming_carbon_plugin/processing/provider.py" line="89"/>
        <source>Sanming Forest Carbon</source>
        <translation>三明林业碳汇</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/side_windows.py" line="56"/>
        <source>Choose the layer of stands.</source>
        <translation>请选择小班图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="54"/>
        <source>Choose a file for the result.</source>
        <translation>请选择结果文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="292"/>
        <source>Done: {path}</source>
        <translation>完成：{path}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="307"/>
        <source>The run stopped. The log of Processing says why.</source>
        <translation>运行已停止，原因见“处理”日志。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="314"/>
        <source>Cancelled. Nothing was written.</source>
        <translation>已取消，未写出任何文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_cards.py" line="268"/>
        <source>Saved: {path}</source>
        <translation>已保存：{path}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="134"/>
        <source>CSV files</source>
        <translation>CSV 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/tickets_step.py" line="31"/>
        <source>JSON files</source>
        <translation>JSON 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/carbon_step.py" line="34"/>
        <source>Carbon and classes</source>
        <translation>碳储量与分类</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/check_step.py" line="35"/>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="85"/>
        <source>GeoPackage files</source>
        <translation>GeoPackage 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/data_step.py" line="70"/>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/maps_step.py" line="58"/>
        <source>Plan and maps</source>
        <translation>规划与制图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="122"/>
        <source>PDF files</source>
        <translation>PDF 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/tickets_step.py" line="41"/>
        <source>Tickets</source>
        <translation>碳票</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/plugin.py" line="62"/>
        <source>Show or hide the forest carbon panel</source>
        <translation>显示或隐藏林业碳汇面板</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="69"/>
        <source>Assess stands</source>
        <translation>小班评估</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="73"/>
        <source>Carbon, yearly sink, classes and carbon-ticket eligibility of each stand.</source>
        <translation>逐小班给出碳储量、年碳汇量、分类和碳票资格。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="77"/>
        <source>Reads the stands, checks them, takes exact raster statistics per stand, and works out biomass and carbon by two methods, the yearly sink with its 90 % interval, pine transformation and reserve forest with every rule&apos;s outcome, and carbon-ticket eligibility.

The result is one GeoPackage with the layers stands, issues, summary and run. Where an input is missing the value stays empty, never 0, and the layer issues says why.</source>
        <translation>读取并检查小班，按面积加权精确提取各小班的栅格统计，用两种方法计算生物量和碳储量，给出年碳汇量及其 90% 置信区间、松林改造与储备林类型（附每条规则的结论）以及林业碳票资格。

结果为一个 GeoPackage，含 stands、issues、summary、run 四个图层。缺少输入时数值留空，绝不写 0，原因见 issues 图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="57"/>
        <source>Result</source>
        <translation>评估结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="77"/>
        <source>Number of stands</source>
        <translation>小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="60"/>
        <source>Credited parcels</source>
        <translation>已计碳汇地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="63"/>
        <source>Parcels already credited or pending under any scheme, with the columns scheme, scheme_id, period_start and period_end.</source>
        <translation>在任何机制下已签发或正在申请的地块，含 scheme、scheme_id、period_start、period_end 四列。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="71"/>
        <source>Tenure</source>
        <translation>林权宗地</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="74"/>
        <source>Polygons of the certificates, with the columns certificate, holder, right, valid_to and disputed.</source>
        <translation>林权证对应的面，含 certificate、holder、right、valid_to、disputed 五列。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="29"/>
        <source>Raster recipe</source>
        <translation>栅格用途说明</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="52"/>
        <source>Ticket profile</source>
        <translation>碳票规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/classify.py" line="70"/>
        <source>Classification rules</source>
        <translation>分类规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="82"/>
        <source>Carbon parameters</source>
        <translation>碳计量参数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="76"/>
        <source>Leave empty to use the one that is shipped.</source>
        <translation>留空则使用自带文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="61"/>
        <source>Random seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="128"/>
        <source>Tables and report</source>
        <translation>报表与报告</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="34"/>
        <source>Check stands</source>
        <translation>小班检查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="38"/>
        <source>Lists what is missing, contradictory or unlikely in a layer of stands.</source>
        <translation>列出小班图层中缺失、矛盾或不合常理之处。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="42"/>
        <source>Runs only the checks of the main job and writes each doubt with the stand&apos;s shape, the column, the value and a sentence that says what to do. The log shows the number of stands for each kind of doubt.</source>
        <translation>只运行评估中的检查部分，逐条写出问题：小班图形、字段、取值以及处理建议。日志中按问题类型列出小班数。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="68"/>
        <source>Issues</source>
        <translation>问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="69"/>
        <source>Number of issues</source>
        <translation>问题数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="22"/>
        <source>These Python libraries are missing: {names}.</source>
        <translation>缺少以下 Python 库：{names}。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="33"/>
        <source>Then restart QGIS.</source>
        <translation>安装后请重新启动 QGIS。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="41"/>
        <source>Open the OSGeo4W Setup of your QGIS, choose Advanced Install and add the packages {packages}.</source>
        <translation>请打开 QGIS 的 OSGeo4W Setup，选择“高级安装”（Advanced Install），勾选以下软件包：{packages}。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="43"/>
        <source>The QGIS bundle for macOS does not bring them in every version. Install QGIS with conda-forge and run there: {packages}</source>
        <translation>macOS 版 QGIS 安装包并非每个版本都带有这些库。请改用 conda-forge 安装 QGIS，并在其中运行：{packages}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="47"/>
        <source>Install them with the package manager of your system, or with conda: {packages}</source>
        <translation>请用系统的软件包管理器安装，或用 conda 安装：{packages}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="72"/>
        <source>Stands</source>
        <translation>小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="56"/>
        <source>Polygon layer of the forest inventory, one row per stand. It is read as you see it now: with its filter and unsaved edits.</source>
        <translation>森林资源清查的面图层，一行一个小班。按当前所见读取，包括过滤条件和未保存的编辑。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="65"/>
        <source>Text encoding of the stands</source>
        <translation>小班文件的字符编码</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="65"/>
        <source>For example GBK or UTF-8, for files only. Leave empty to have it recognised.</source>
        <translation>如 GBK 或 UTF-8，仅用于文件。留空则自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="75"/>
        <source>Field mapping</source>
        <translation>字段对照文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="75"/>
        <source>JSON file that says which column of the stands means what. Leave empty to have the columns recognised by their names.</source>
        <translation>说明各列含义的 JSON 文件。留空则按列名自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="91"/>
        <source>Rasters</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="91"/>
        <source>Each band gives the area-weighted mean and standard deviation per stand, and the share of the stand&apos;s area that has valid cells.</source>
        <translation>每个波段给出各小班按面积加权的均值和标准差，以及有效像元占小班面积的比例。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="102"/>
        <source>Names of the rasters</source>
        <translation>栅格名称</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="140"/>
        <source>Written beside the target under a temporary name and moved into place when all is done.</source>
        <translation>先以临时名称写在目标旁边，全部完成后再移到位。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="148"/>
        <source>Replace an existing file</source>
        <translation>替换已有文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="148"/>
        <source>Without it, the run stops before it starts where the file is there already.</source>
        <translation>不勾选时，若文件已存在则在开始之前停止。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="47"/>
        <source>Raster statistics per stand</source>
        <translation>小班栅格统计</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="51"/>
        <source>Exact area-weighted mean, standard deviation and support of rasters in each stand.</source>
        <translation>各小班内栅格按面积加权的精确均值、标准差和有效面积占比。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="55"/>
        <source>Each cell counts with the share of it that lies in the stand, so that small and narrow stands are right too. The support is the share of the stand&apos;s area with valid cells; where it is 0, mean and deviation stay empty.</source>
        <translation>每个像元按落入小班的面积比例计入，因此面积小、形状窄的小班同样准确。有效面积占比为有效像元占小班面积的比例；为 0 时均值和标准差留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="134"/>
        <source>Parquet files</source>
        <translation>Parquet 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="71"/>
        <source>Statistics</source>
        <translation>统计结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="268"/>
        <source>Cancelling</source>
        <translation>正在取消</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="27"/>
        <source>{name} {version} is too old, {least} or newer is needed.</source>
        <translation>{name} {version} 版本过旧，需要 {least} 或更新版本。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dependencies.py" line="39"/>
        <source>Install in a terminal: {packages}</source>
        <translation>请在终端中安装：{packages}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/data_step.py" line="128"/>
        <source>From the layer</source>
        <translation>以图层记载为准</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="62"/>
        <source>A cell counts where NDVI and NDMI fell further than those of healthy pine in the same two images, together with enough of its neighbours. Give two images of the same season on the same cells, best of late September to November.

It is evidence, not a diagnosis: fire and felling look the same, and images of 10 m show clusters of dead trees, not single ones. Stands that are covered too little stay empty.</source>
        <translation>若像元的 NDVI 与 NDMI 降幅均超过同两期影像中健康松林的变化，且足够多的相邻像元同样如此，则计为变色。请提供季节相同、像元网格一致的两期影像，以 9 月下旬至 11 月为宜。

结果是线索而非诊断：火烧和采伐也有同样表现；10 米影像只能看到成片枯死木，看不到单株。影像覆盖不足的小班留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="71"/>
        <source>A copy of the shipped file with other limits. Leave empty to use the shipped one.</source>
        <translation>自带文件的副本，可改用其他界限。留空则使用自带文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="56"/>
        <source>A model trained on the same images under the same names. Leave empty to learn from these stands.</source>
        <translation>用相同名称的相同影像训练的模型。留空则从本次小班学习。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/train_species.py" line="46"/>
        <source>Agreement with the inventory by blocks</source>
        <translation>与清查的一致率（空间分块）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="68"/>
        <source>Changes</source>
        <translation>变化</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/classify.py" line="52"/>
        <source>Classify stands</source>
        <translation>小班分类</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="64"/>
        <source>Column of the stands, filled only for stands that were drawn at random and checked, for example with pine or broadleaf.</source>
        <translation>小班图层的字段，仅在随机抽取并已核查的小班填写，例如 pine 或 broadleaf。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="43"/>
        <source>Compare rules</source>
        <translation>规则对比</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="93"/>
        <source>Damage</source>
        <translation>受害情况</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="80"/>
        <source>Day of the earlier image</source>
        <translation>前期影像日期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="80"/>
        <source>Day of the later image</source>
        <translation>后期影像日期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="89"/>
        <source>Delivered with the image: scene classification or QA_PIXEL. Cloud and shadow are left out.</source>
        <translation>随影像提供：场景分类图或 QA_PIXEL。云与云影不参与计算。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="54"/>
        <source>Discoloured crowns between two dates</source>
        <translation>两期影像变色立木识别</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="72"/>
        <source>Earlier image</source>
        <translation>前期影像</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="29"/>
        <source>JSON file that says which raster is which: sensor, date, bands, scale and offset, quality layer, elevation model. Leave empty to take the rasters as they are.</source>
        <translation>说明各栅格用途的 JSON 文件：传感器、日期、波段、比例与偏移、质量图层、高程模型。留空则按原样使用各栅格。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="53"/>
        <source>JSON file with rules. Its measures take the place of the shipped ones; leave empty for the shipped rules.</source>
        <translation>规则 JSON 文件，其中的措施替换自带规则中的同名措施；留空则使用自带规则。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="72"/>
        <source>Later image</source>
        <translation>后期影像</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/train_species.py" line="29"/>
        <source>Learns from the inventory which species group an image shows, and says how far both agree.</source>
        <translation>从清查数据学习影像所反映的树种组，并给出两者的一致程度。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="71"/>
        <source>Limits for images</source>
        <translation>影像判读界限</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="47"/>
        <source>Lists the stands that an edited set of rules treats otherwise, and the rules that make it so.</source>
        <translation>列出改动规则后判定不同的小班，以及由哪些规则引起。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/train_species.py" line="45"/>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/train_species.py" line="45"/>
        <source>Model files</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="69"/>
        <source>Number of stands that change</source>
        <translation>判定变化的小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="70"/>
        <source>Number of stands that changed</source>
        <translation>判定变化的小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="74"/>
        <source>Number of stands where images disagree</source>
        <translation>影像与清查不符的小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="94"/>
        <source>Number of stands with discoloured crowns</source>
        <translation>发现变色的小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/classify.py" line="56"/>
        <source>Pine transformation, reserve forest and the other measures of the programme for each stand.</source>
        <translation>逐小班判定松林改造提升、国家储备林及规划的其他措施。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/classify.py" line="60"/>
        <source>Puts every rule to every stand. What is not known makes a rule neither pass nor fail: such stands are unknown, and the layer issues says which columns are missing. All measures that fit are kept, with the one that goes first.

Decisions in the file OUTPUT.decisions.csv beside the result are kept in every new run and shown beside what the rules say. With a recipe the images are asked too. Sink and tickets stay empty.</source>
        <translation>对每个小班逐条核对规则。情况不明时，规则既不算通过也不算不通过：该小班判为待定，issues 图层说明缺少哪些字段。所有适用措施均保留，并给出首选措施。

结果旁 OUTPUT.decisions.csv 文件中的人工决定在每次重新运行时保留，并与规则结果并列显示。提供配方时同时判读影像。碳汇和碳票各列留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="51"/>
        <source>Puts two sets of rules to the same stands. The layer changes has one row for each stand and measure that comes out otherwise: answer and technique before and after, and the rules that changed their outcome, for example PINE- to +. A measure that one file does not rule has no answer there.</source>
        <translation>用两套规则核对同一批小班。changes 图层中，每个判定不同的小班和措施占一行：前后的判定和方式，以及结果改变的规则，例如 PINE- to +。某一文件未规定的措施，其判定留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="84"/>
        <source>Quality layer of the earlier image</source>
        <translation>前期影像质量图层</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="84"/>
        <source>Quality layer of the later image</source>
        <translation>后期影像质量图层</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="59"/>
        <source>Rules after</source>
        <translation>改后规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_rules.py" line="59"/>
        <source>Rules before</source>
        <translation>改前规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="78"/>
        <source>Sensor</source>
        <translation>传感器</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="58"/>
        <source>Share of each stand whose crowns discoloured between two images, as in pine wilt.</source>
        <translation>各小班在两期影像之间树冠变色的面积占比，如松材线虫病所致。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="64"/>
        <source>Species group found by a check</source>
        <translation>核查所得树种组</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="38"/>
        <source>Species group of each stand as images show it, and the stands where the inventory says otherwise.</source>
        <translation>影像所反映的各小班树种组，以及与清查不符的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="73"/>
        <source>Species groups</source>
        <translation>树种组</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="34"/>
        <source>Species groups from images</source>
        <translation>影像判读树种组</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/pine_wilt.py" line="82"/>
        <source>Tells which offset the numbers carry. Leave empty to have it told from the cells.</source>
        <translation>用于确定像元数值所带的偏移。留空则由像元自行判断。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="61"/>
        <source>The same seed and stands give the same model and figures.</source>
        <translation>种子和小班相同，则模型和数值相同。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/train_species.py" line="25"/>
        <source>Train species groups from images</source>
        <translation>训练影像树种组模型</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/train_species.py" line="33"/>
        <source>Trains a random forest on the labels of the inventory; scikit-learn is needed. The model is a plain text file in which nothing can be executed. Beside it, MODEL.figures.json tells the agreement with the inventory for stands set aside by blocks, by matched distances and at random, the confusion matrix and the weight of each feature.

Agreement is not accuracy: the inventory&apos;s labels hold errors too. Accuracy comes only from stands drawn at random and checked; see the algorithm that asks the model.</source>
        <translation>以清查登记的树种为标签训练随机森林，需要 scikit-learn。模型为纯文本文件，其中内容不会被执行。旁边的 MODEL.figures.json 给出按空间分块、距离匹配和随机留出小班时与清查的一致率、混淆矩阵及各特征的重要性。

一致率不是精度：清查登记也有错误。精度只能由随机抽取并核查的小班得出，见影像判读树种组算法。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/predict_species.py" line="42"/>
        <source>Writes the likeliest species group with its probability; where none is likely enough it stays empty. The layer disagreements lists the stands where images and inventory differ, the strongest first. The inventory itself is never changed.

Without a model, one is learnt here and each stand is judged by a model that has not learnt from it or its neighbours. Take this to look for errors: a model that has learnt from a wrong label may confirm it.

Where a column holds the species group of stands drawn at random and checked, accuracy with its 90 % interval is told in the log.</source>
        <translation>写出可能性最大的树种组及其概率；没有足够可能的则留空。disagreements 图层列出影像与清查不符的小班，差异最大的在前。清查数据从不改动。

未提供模型时，就地学习，并且每个小班由未学过它及其邻近小班的模型判读。查找错误时应采用这种方式：学过错误标签的模型可能会印证该错误。

若有字段记录了随机抽取并核查的小班的树种组，日志中给出精度及其 90 % 区间。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="29"/>
        <source>Ambiguous: choose one of {count}</source>
        <translation>有歧义：请从 {count} 个字段中选定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="31"/>
        <source>Left out by you</source>
        <translation>已由您取消</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="33"/>
        <source>Missing, needed for carbon</source>
        <translation>缺失，碳计量需要</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="33"/>
        <source>Missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="36"/>
        <source>Also used for: {meaning}</source>
        <translation>同时用作：{meaning}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="39"/>
        <source>Only {percent} % of the values fit</source>
        <translation>仅 {percent} % 的取值相符</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="40"/>
        <source>Recognised</source>
        <translation>已识别</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="40"/>
        <source>Chosen by you</source>
        <translation>由您指定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="50"/>
        <source>{column} (score {score})</source>
        <translation>{column}（得分 {score}）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="52"/>
        <source>{column} (by its values)</source>
        <translation>{column}（按取值推测）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="60"/>
        <source>Unit of areas</source>
        <translation>面积单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="60"/>
        <source>Hectares</source>
        <translation>公顷</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="60"/>
        <source>Mu</source>
        <translation>亩</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="60"/>
        <source>Square metres</source>
        <translation>平方米</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="61"/>
        <source>Unit of closure</source>
        <translation>郁闭度单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="61"/>
        <source>Fractions (0 to 1)</source>
        <translation>小数（0～1）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="61"/>
        <source>Percent</source>
        <translation>百分数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="61"/>
        <source>Tenths (0 to 10)</source>
        <translation>成数（0～10）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="65"/>
        <source>Unit of diameters</source>
        <translation>胸径单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="65"/>
        <source>Centimetres</source>
        <translation>厘米</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="65"/>
        <source>Millimetres</source>
        <translation>毫米</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="66"/>
        <source>Unit of heights</source>
        <translation>树高单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="66"/>
        <source>Metres</source>
        <translation>米</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="66"/>
        <source>Decimetres</source>
        <translation>分米</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="67"/>
        <source>Slope is given as</source>
        <translation>坡度填写方式</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="67"/>
        <source>Classes (1 to 6)</source>
        <translation>坡度级（1～6）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="67"/>
        <source>Degrees</source>
        <translation>度数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="68"/>
        <source>List of land classes</source>
        <translation>地类代码表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="68"/>
        <source>List of 2020</source>
        <translation>2020年代码表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="68"/>
        <source>Third land survey</source>
        <translation>第三次国土调查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/field_states.py" line="78"/>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="101"/>
        <source>Stand</source>
        <translation>小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="44"/>
        <source>Status</source>
        <translation>处理状态</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="44"/>
        <source>Value</source>
        <translation>取值</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="44"/>
        <source>What to do</source>
        <translation>问题与处理建议</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="112"/>
        <source>whole layer</source>
        <translation>整个图层</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="146"/>
        <source>{status}, {name}, {time}</source>
        <translation>{status}，{name}，{time}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="147"/>
        <source>{status}: {reason}</source>
        <translation>{status}：{reason}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="48"/>
        <source>List of Doubts</source>
        <translation>问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="77"/>
        <source>List of Doubts: {name}</source>
        <translation>问题清单：{name}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="168"/>
        <source>All severities</source>
        <translation>全部级别</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="171"/>
        <source>All states</source>
        <translation>全部状态</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="224"/>
        <source>All doubts</source>
        <translation>全部问题</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="290"/>
        <source>Open a List of Doubts</source>
        <translation>打开问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="301"/>
        <source>Accept with Reason</source>
        <translation>填写理由并认可</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="302"/>
        <source>Why is the value right?</source>
        <translation>该值为何无误？</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="92"/>
        <source>Loaded: {path}</source>
        <translation>已载入：{path}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="158"/>
        <source>Use These Fields</source>
        <translation>采用此对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/override_dialog.py" line="37"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="160"/>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="170"/>
        <source>Reading the layer</source>
        <translation>正在读取图层</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="179"/>
        <source>Reading the fields</source>
        <translation>读取字段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="251"/>
        <source>Decided by the values</source>
        <translation>按取值判定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="302"/>
        <source>Load the Fields</source>
        <translation>载入字段对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/mapping_dialog.py" line="308"/>
        <source>Save the Fields</source>
        <translation>保存字段对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/side_windows.py" line="137"/>
        <source>The fields are read as in {path}.</source>
        <translation>将按 {path} 识读字段。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="42"/>
        <source>Check stands again</source>
        <translation>小班复查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="46"/>
        <source>Makes the list of doubts anew, looking only at the stands that changed since.</source>
        <translation>重新生成问题清单，只检查此后有变动的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="50"/>
        <source>Compares outline and cells of each stand with what they were when the list was made. Stands that changed, those of their compartments and those told in a pair with them are checked again; the other rows of the list are kept. What was accepted stays accepted; what was marked as fixed and is found again is told.</source>
        <translation>将各小班的图形和属性与生成清单时相比较。有变动的小班、同一林班的小班以及与其成对列出的小班重新检查，清单其余各行保留。已认可的问题保持认可；标为已修正而再次查出的问题会予以提示。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="59"/>
        <source>List of doubts so far</source>
        <translation>现有问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/recheck.py" line="59"/>
        <source>GeoPackage of a check, a check again, or a result.</source>
        <translation>检查、复查或评估结果的 GeoPackage 文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="45"/>
        <source>Repair outlines of stands</source>
        <translation>修复小班图形</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="49"/>
        <source>Repairs outlines that cross themselves, as long as the area of the stand stays the same.</source>
        <translation>在小班面积不变的前提下修复自相交等错误图形。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="53"/>
        <source>Writes a copy of the stands (layer stands) in which broken rings are repaired, and the list of broken stands (layer repairs): repaired or left as it was, why it was broken, and by how much the area changed. A stand whose area would change by more than the tolerance keeps its outline: look at it yourself. The layer that you give is not touched.</source>
        <translation>写出修复后的小班副本（图层 stands）和错误图形清单（图层 repairs）：已修复或保持原样、错误原因以及面积变化。面积变化超过容差的小班保持原图形，请人工处理。输入图层不作任何改动。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="63"/>
        <source>Largest change of the area (%)</source>
        <translation>面积最大允许变化（%）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="63"/>
        <source>As a share of the stand&apos;s area. Leave empty to use the tolerance of the checks.</source>
        <translation>占小班面积的百分比。留空则采用检查所用的容差。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="89"/>
        <source>Repaired stands</source>
        <translation>修复后的小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="77"/>
        <source>Number of repaired stands</source>
        <translation>已修复小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="78"/>
        <source>Number of broken stands left as they were</source>
        <translation>保持原样的错误小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/repair_rings.py" line="89"/>
        <source>Broken outlines</source>
        <translation>错误图形</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/tenure_pieces.py" line="46"/>
        <source>Cut stands with tenure parcels</source>
        <translation>小班与宗地叠置</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/tenure_pieces.py" line="50"/>
        <source>Pieces of stands with certificate and stand key, and the areas of both side by side.</source>
        <translation>生成同时带有权证号和小班号的地块，并对照双方面积。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/tenure_pieces.py" line="54"/>
        <source>The layer pieces has every part of a stand that lies on one parcel, with the keys of both, its area and its share of both. The table reconciliation compares, for each parcel, the area on the certificate (a column such as certificate_area, where there is one; its unit is recognised), the area of the parcel on the ellipsoid and the area of the stands on it, in mu. The layer issues lists stands without a parcel, parcels on each other and areas that disagree. Identity numbers of persons are never copied.</source>
        <translation>图层 pieces 为小班落在每一宗地上的部分，带有双方编号、面积及占双方面积的比例。表 reconciliation 逐宗对照权证面积（有“发证面积”等字段时，单位自动识别）、宗地椭球面积和宗地上的小班面积，单位为亩。图层 issues 列出无宗地的小班、相互重叠的宗地和面积不符的权证。个人身份证号码一律不写入结果。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/tenure_pieces.py" line="93"/>
        <source>Pieces</source>
        <translation>叠置地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/tenure_pieces.py" line="79"/>
        <source>Number of pieces</source>
        <translation>地块数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/tenure_pieces.py" line="92"/>
        <source>Areas of certificates, parcels and stands</source>
        <translation>权证、宗地与小班面积对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/carbonstock.py" line="27"/>
        <source>Carbon stock</source>
        <translation>碳储量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/carbonstock.py" line="31"/>
        <source>Biomass, carbon and tonnes of CO₂e of each stand by two methods.</source>
        <translation>按两种方法计算各小班的生物量、碳量和二氧化碳当量吨数。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/carbonstock.py" line="35"/>
        <source>Works out the stock with constant factors and with the continuous method side by side. The columns parameter_row and parameter_level say which row of the parameter table served a stand, volume_basis says whether its volume was recorded or put together from its trees.

What cannot be known stays empty, never 0, and the layer issues says why.</source>
        <translation>同时用常数因子法和连续函数法计算碳储量。parameter_row 和 parameter_level 列说明各小班采用参数表的哪一行，volume_basis 列说明蓄积是记载值还是由林木因子推算。

无法得知的值为空，绝不填 0，issues 图层说明原因。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/fitgrowth.py" line="34"/>
        <source>Fit growth curves</source>
        <translation>拟合生长曲线</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/fitgrowth.py" line="38"/>
        <source>Growth curves of these stands by species group and site class, with a report and charts.</source>
        <translation>按树种组和立地等级拟合本图层小班的生长曲线，并生成报告和图。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/fitgrowth.py" line="42"/>
        <source>Fits Richards, logistic and Schumacher curves and takes the best by AICc: to stands that were measured twice where there are enough, else to all stands of today. Fewer than 30 stands or 15 years between the ages are refused.

Curves of one survey compare stands of different ages; good sites are felled first, so they may flatten too early. The report gives the stands per age class, the errors and the range of ages of each curve.</source>
        <translation>拟合 Richards、逻辑斯蒂和 Schumacher 曲线，按 AICc 选最优：两期实测小班足够时用实测小班，否则用本期全部小班。小班不足 30 个或年龄跨度不足 15 年的不予拟合。

由一次调查拟合的曲线比较的是不同年龄的小班；立地好的林分先被采伐，曲线后期可能偏低。报告列出每条曲线各龄级的小班数、误差和年龄范围。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/fitgrowth.py" line="56"/>
        <source>Report on growth</source>
        <translation>生长报告</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/fitgrowth.py" line="56"/>
        <source>Folder for growth_curves.csv, growth_curves.json, growth_issues.csv and the charts.</source>
        <translation>存放 growth_curves.csv、growth_curves.json、growth_issues.csv 和图的文件夹。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="39"/>
        <source>Project stocks</source>
        <translation>推算未来储量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="43"/>
        <source>Modelled stock of each stand, and of each group of stands, in coming years.</source>
        <translation>用模型推算各小班及各汇总组未来年份的碳储量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="47"/>
        <source>Moves each stand along the growth curve of its species group and site class from its survey to the last day of each year. The table projection has the sums by county, township, species group and age group, the table curves says how good the curves are.

All of it is modelled, as projection_basis says, and nothing of it may be issued as a ticket. Felling, fire and planting to come are not in it.</source>
        <translation>将各小班从调查日起沿其树种组和立地等级的生长曲线推算到各年份的最后一天。projection 表按县、乡镇、树种组和龄组汇总，curves 表说明曲线的优劣。

全部结果均为模型推算（见 projection_basis 列），不得用于签发碳票；未来的采伐、火灾和造林不在其中。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="57"/>
        <source>Years</source>
        <translation>年数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="57"/>
        <source>For example 2030;2035;2060. The stock is that of the last day of each year.</source>
        <translation>例如 2030;2035;2060。储量为各年份最后一天的储量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="64"/>
        <source>Day of the survey</source>
        <translation>调查日期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="65"/>
        <source>For stands that do not say when they were surveyed.</source>
        <translation>用于自身未记载调查日期的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="39"/>
        <source>Yearly sink</source>
        <translation>年碳汇量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="43"/>
        <source>Yearly change of each stand&apos;s stock between two inventories, with its 90 % interval.</source>
        <translation>由两期清查计算各小班储量的年变化量及其 90% 置信区间。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="59"/>
        <source>Growth curves where nothing was measured</source>
        <translation>无实测时采用生长曲线</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="59"/>
        <source>Curves are fitted to these stands; each needs 30 stands over 15 years of age.</source>
        <translation>用本图层小班拟合，每条曲线需 30 个小班且年龄跨度达 15 年。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="65"/>
        <source>Growth rates</source>
        <translation>生长率</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="65"/>
        <source>Table with the columns group, age_from_yr, age_to_yr, percent_yr and source, for stands that are still without a sink.</source>
        <translation>含 group、age_from_yr、age_to_yr、percent_yr、source 列的表，用于仍无碳汇量的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="34"/>
        <source>Earlier stands</source>
        <translation>前期小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="37"/>
        <source>The inventory at the beginning of the period, for the measured yearly sink.</source>
        <translation>监测期初的小班数据，用于按两期实测计算年碳汇量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="44"/>
        <source>First day of the period</source>
        <translation>监测期起始日期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="44"/>
        <source>Last day of the period</source>
        <translation>监测期截止日期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="50"/>
        <source>How the stands were surveyed</source>
        <translation>小班调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="50"/>
        <source>How the earlier stands were surveyed</source>
        <translation>前期小班调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="55"/>
        <source>For layers that do not say it themselves.</source>
        <translation>图层本身未记载时填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="92"/>
        <source>Sample plots</source>
        <translation>样地实测</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="93"/>
        <source>Angle gauge</source>
        <translation>角规测树</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="94"/>
        <source>By eye</source>
        <translation>目测</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="95"/>
        <source>Laser scanning</source>
        <translation>激光雷达</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="96"/>
        <source>Modelled</source>
        <translation>模型推算</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/two_dates.py" line="97"/>
        <source>Unknown</source>
        <translation>不详</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/evidence.py" line="46"/>
        <source>Image evidence per stand</source>
        <translation>小班影像指标</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/evidence.py" line="66"/>
        <source>It calls the rasters by their names above.</source>
        <translation>配方里用上面的栅格名称。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/evidence.py" line="82"/>
        <source>No raster recipe was given.</source>
        <translation>没有给出影像配方。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="64"/>
        <source>Statistics to take</source>
        <translation>统计量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="67"/>
        <source>With commas between: mean, std, support, min, max, median, quantiles such as q10, count (cells); for maps of classes majority and shares.</source>
        <translation>用逗号分隔：mean（均值）、std（标准差）、support（有效面积占比）、min（最小）、max（最大）、median（中位数）、q10 等分位数、count（像元数）；分类图可用 majority（面积最大的类别）和 shares（各类比例）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/work_states.py" line="64"/>
        <source>Count what needs attention</source>
        <translation>统计待处理事项</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="40"/>
        <source>Decisions of foresters</source>
        <translation>人工决定清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/image_parameters.py" line="40"/>
        <source>A list of decisions, or an earlier result that carries some. Those in the file OUTPUT.decisions.csv beside the result are kept anyway.</source>
        <translation>人工决定清单，或带有人工决定的以往结果。结果旁 OUTPUT.decisions.csv 中的决定总会保留。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="25"/>
        <source>not started</source>
        <translation>未开始</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="26"/>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="27"/>
        <source>out of date</source>
        <translation>已过期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="35"/>
        <source>Changed since this step was done: {names}. Run it again.</source>
        <translation>本步完成后有改动：{names}。请重新运行。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="40"/>
        <source>{count} errors and warnings are open: fix them, or accept them with a reason.</source>
        <translation>{count} 条错误和警告待处理：请修正，或说明理由后认可。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="41"/>
        <source>{count} stands have a class that is unknown: fill in what is missing, or decide it in the parcel card.</source>
        <translation>{count} 个小班的类型待定：请补充缺失数据，或在小班卡片中人工认定。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="43"/>
        <source>{count} stands wait for evidence: the parcel card says which.</source>
        <translation>{count} 个小班缺少证明材料：小班卡片中列出所缺内容。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="53"/>
        <source>The layer of stands has no coordinate system: set it in the properties of the layer.</source>
        <translation>小班图层没有坐标系：请在图层属性中设置。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="55"/>
        <source>The result is there already: tick that it may be replaced, or choose another file.</source>
        <translation>结果文件已存在：请勾选允许替换，或另选文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="56"/>
        <source>Choose the first day of the period.</source>
        <translation>请选择监测期的起始日期。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="57"/>
        <source>Choose a last day of the period that follows the first one.</source>
        <translation>请选择晚于起始日期的监测期截止日期。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="65"/>
        <source>Text encoding</source>
        <translation>文字编码</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="71"/>
        <source>Survey method</source>
        <translation>调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="72"/>
        <source>Survey method of the earlier stands</source>
        <translation>前期调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="80"/>
        <source>Decisions</source>
        <translation>人工决定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/override_dialog.py" line="28"/>
        <source>Stand {stand_key} of {name}</source>
        <translation>{name} 中的小班 {stand_key}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="39"/>
        <source>Parcel Card</source>
        <translation>小班卡片</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_cards.py" line="59"/>
        <source>Click a stand of a result to see all about it</source>
        <translation>点击结果中的小班，查看其全部信息</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_cards.py" line="99"/>
        <source>There is no stand at this place.</source>
        <translation>此处没有小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_cards.py" line="141"/>
        <source>The list ends here.</source>
        <translation>已到列表末尾。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="47"/>
        <source>Whole layer</source>
        <translation>整个图层</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="47"/>
        <source>Selected stands</source>
        <translation>所选小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="47"/>
        <source>List of doubts</source>
        <translation>存疑清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="74"/>
        <source>{number} of {count}</source>
        <translation>第 {number} 个，共 {count} 个</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="90"/>
        <source>Click a stand of a result on the map.</source>
        <translation>请在地图上点击结果中的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_panel.py" line="124"/>
        <source>Save the Card</source>
        <translation>保存卡片</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/sink_chart.py" line="40"/>
        <source>Yearly sink with its 90 % interval</source>
        <translation>年碳汇量及其 90% 置信区间</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/sink_chart.py" line="62"/>
        <source>The yearly sink is not known.</source>
        <translation>年碳汇量未知。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/sink_chart.py" line="64"/>
        <source>{value} {unit}, interval not known</source>
        <translation>{value} {unit}，区间未知</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/sink_chart.py" line="65"/>
        <source>{value} {unit}, between {low} and {high} with 90 % confidence</source>
        <translation>{value} {unit}，90% 置信区间为 {low} 至 {high}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="82"/>
        <source>Export maps</source>
        <translation>导出图集</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="86"/>
        <source>A map for each county, township, village, compartment or stand, as PDF, PNG or web map.</source>
        <translation>按县、乡镇、村、林班或小班逐幅制图，输出 PDF、PNG 或网页地图。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="90"/>
        <source>Draws one sheet for each unit of the level: title, legend of what is on the sheet, scale, north arrow, grid, table of areas, overview, author, date, and the versions of data and rules.

FILE.pdf holds all sheets, a folder gets one file for each, FILE.html is a web map that opens offline in any browser. A set that was stopped goes on with the next sheet when it is started again with the same data and options.</source>
        <translation>按所选级别逐个单位制图：图名、图例（只列图上有的）、比例尺、指北针、坐标网、面积统计表、位置示意图、制图单位、日期，以及数据和规则版本。

输出为 文件.pdf 时所有图幅在一个文件中；输出为文件夹时每幅一个文件；输出为 文件.html 时是可离线打开的网页地图。中途停止的图集，用相同数据和选项再次运行即从下一幅接着制图。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="100"/>
        <source>Result or plan</source>
        <translation>评估结果或规划方案</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="101"/>
        <source>Municipality</source>
        <translation>市</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="101"/>
        <source>County</source>
        <translation>县</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="101"/>
        <source>Township</source>
        <translation>乡镇</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="101"/>
        <source>Village</source>
        <translation>村</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="101"/>
        <source>Compartment</source>
        <translation>林班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="102"/>
        <source>One sheet for each</source>
        <translation>每幅图的范围</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="103"/>
        <source>Stands without a code come together on a sheet of their own.</source>
        <translation>没有代码的小班合在单独一幅。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="105"/>
        <source>Theme</source>
        <translation>专题</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="106"/>
        <source>What is coloured.</source>
        <translation>按什么着色。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="107"/>
        <source>Paper</source>
        <translation>纸张</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="116"/>
        <source>Files in a folder</source>
        <translation>文件夹中的文件格式</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="117"/>
        <source>Only where the output is a folder: what each sheet is saved as.</source>
        <translation>仅在输出为文件夹时有效：每幅图保存为何种格式。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="118"/>
        <source>Drawn by</source>
        <translation>制图单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="119"/>
        <source>Stands below the map; left empty there is a line to sign on.</source>
        <translation>写在图下方；留空则留出签署横线。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="122"/>
        <source>Web map</source>
        <translation>网页地图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="77"/>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="123"/>
        <source>Maps</source>
        <translation>地图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="125"/>
        <source>Number of sheets</source>
        <translation>图幅数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="62"/>
        <source>Only inside these units</source>
        <translation>只限这些单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="60"/>
        <source>Only these stands</source>
        <translation>只限这些小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="69"/>
        <source>Names of places</source>
        <translation>地名表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="132"/>
        <source>Layout template</source>
        <translation>布局模板</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="63"/>
        <source>Codes with ; between, for example 350428-199;350428-201. Empty for all.</source>
        <translation>代码之间用分号分隔，例如 350428-199;350428-201。留空为全部。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="61"/>
        <source>Keys of stands with ; between. Empty for all.</source>
        <translation>小班键之间用分号分隔。留空为全部。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="61"/>
        <source>Table with the columns code and name, and name_en if wanted.</source>
        <translation>含 code、name 两列的表，可另有 name_en 列。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="139"/>
        <source>Your own template; its items carry the ids of the shipped ones.</source>
        <translation>您自己的模板；其中各元素的标识须与自带模板相同。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="199"/>
        <source>GeoPackage written by Assess stands, or by another algorithm of this group.</source>
        <translation>由“小班评估”或本组其他算法写出的 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="47"/>
        <source>Compares the stands with the earlier ones on their common ground, so that no hectare counts twice where stands were split, merged or redrawn. What comes only from a new species code is kept out of the sink. The column sink_basis says how a sink was found: only measured ones can lead to a ticket.

Stands that were not measured twice stay without a sink unless growth curves or growth rates are asked for; such sinks are modelled. The table uncertainty says how much each error gives to the interval of the total and of each group; with random draws the table simulation holds the interval of drawn errors beside the calculated one.</source>
        <translation>在两期小班的共同地块上比较，小班分割、合并或重新区划时同一地块不重复计算。仅由树种改码引起的变化不计入碳汇。sink_basis 列说明碳汇量的依据：只有实测的才可能签发碳票。

没有两期实测的小班不计算碳汇量，除非要求采用生长曲线或生长率，此类碳汇量为模型推算值。uncertainty 表说明各误差分量对总量及各组区间的贡献；设置随机抽样次数后，simulation 表并列给出抽样所得区间与计算所得区间。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="72"/>
        <source>Random draws to check the interval</source>
        <translation>随机抽样次数（用于核对区间）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/sink.py" line="74"/>
        <source>0 for none. 20000 are enough for a project; a whole county takes hours.</source>
        <translation>0 为不抽样。一个项目 20000 次即可；全县需数小时。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="50"/>
        <source>Carbon in products</source>
        <translation>木竹产品碳库</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="54"/>
        <source>Carbon kept in wood and bamboo products of the harvest, year by year; never part of a ticket.</source>
        <translation>采伐木竹产品逐年保有的碳量，不计入碳票。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="58"/>
        <source>Reads a table of fellings: year, species, felled volume in m³ or culms, and where known wood or bamboo, the product, the county and the stand. The stem's carbon goes into products by their shares and leaves them again by their half-lives (IPCC first-order decay).

The table products has stock and change of each product and year, the table years their sums. It is an account of its own, beside the forest's: nothing of it enters a ticket.</source>
        <translation>读取采伐表：年度、树种、采伐蓄积（立方米）或株数，已知时还有木竹类别、产品、县和小班。树干的碳按份额分入各类产品，再按半衰期逐年释放（IPCC 一阶衰减法）。

products 表为各产品各年的储量和变化量，years 表为合计。本账目独立于森林碳账，任何数量都不计入碳票。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="68"/>
        <source>Harvest table</source>
        <translation>采伐表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="69"/>
        <source>One row a felling: year, species, volume_m3 or culms, county …</source>
        <translation>每次采伐一行：年度、树种、采伐蓄积或株数、县等。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="70"/>
        <source>Result with the stands</source>
        <translation>含小班的评估结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="73"/>
        <source>Knows the species of stands that the table only names by their key.</source>
        <translation>用于查出采伐表中只填小班键的小班的树种。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="74"/>
        <source>Last year</source>
        <translation>截止年份</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="77"/>
        <source>Leave empty for the last year of the harvest.</source>
        <translation>留空则取采伐表的最后一年。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="79"/>
        <source>Shares and half-lives of products</source>
        <translation>产品份额与半衰期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="87"/>
        <source>Tables and chart</source>
        <translation>表格与图表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="89"/>
        <source>Folder for the tables as CSV and the chart as SVG and PNG.</source>
        <translation>存放 CSV 表格和 SVG、PNG 图表的文件夹。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="90"/>
        <source>Number of fellings</source>
        <translation>采伐行数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="45"/>
        <source>Application for a ticket</source>
        <translation>碳票申请</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="49"/>
        <source>Pieces, tonnes and shares of one right-holder, or of households through their collective.</source>
        <translation>单个权利人或村集体联合农户的地块、吨数和份额。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="53"/>
        <source>Cuts the stands of a result with the certificates, takes the pieces of one right-holder, or of the households of a list that signed, and judges them again: certificate and dispute piece by piece, free ground in space and time, the error of the total of these stands. Whole tonnes are shared out so that they add up exactly. The folder holds application.gpkg (pieces, pieces left out with the reason, free and blocked parts, households, totals) and the same as application.json; nothing is written when it fails.</source>
        <translation>用权证宗地切割结果中的小班，取出单个权利人或清单中已授权农户的地块并重新判定：逐块核对权证与争议，在空间和时间上扣除已计入部分，并按这些小班计算总量误差。整吨按最大余数分配，合计完全一致。文件夹内有 application.gpkg（计入地块、未计入地块及原因、可计与已计部分、农户、合计）和内容相同的 application.json；失败时不写出任何文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="65"/>
        <source>Right-holder</source>
        <translation>权利人</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="65"/>
        <source>As on the certificates. Leave empty for a joint application.</source>
        <translation>与权证一致；联合申请时留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="65"/>
        <source>Collective</source>
        <translation>村集体</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="65"/>
        <source>Who applies for the households of a joint application.</source>
        <translation>代表农户联合申请的村集体。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="70"/>
        <source>Households</source>
        <translation>农户清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="71"/>
        <source>CSV with the columns holder, authorised (yes or no) and, if agreed, income_weight.</source>
        <translation>CSV，列为 holder（农户）、authorised（是否授权），如有约定再加 income_weight（收益权重）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/application.py" line="78"/>
        <source>Only stands of this village, where persons share a name.</source>
        <translation>只取该村小班，用于区分同名人员。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="61"/>
        <source>Folder of the application</source>
        <translation>申请文件夹</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="75"/>
        <source>Whole tonnes</source>
        <translation>整吨数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="83"/>
        <source>Free and blocked ground</source>
        <translation>可计与已计地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="48"/>
        <source>Check for double counting</source>
        <translation>重复计入检查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="52"/>
        <source>Free, blocked and partly free ground against parcels that are credited or pending, with the reason.</source>
        <translation>对照已计入或申报中的地块，给出可计、已计和部分可计的地块及原因。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="56"/>
        <source>Lays a layer of candidates exactly over any number of layers of credited or pending parcels. Only what is free in space and in time counts; both days of a period belong to it, so a vintage that ends on 2020-12-31 leaves 2021-01-01 free. Slivers are always deducted; the share only decides whether they are drawn. Candidates that lie on each other both lose that ground. Layers: candidates with their shares, parts with state, scheme, days and reason, overlaps, issues.</source>
        <translation>将候选图层与任意多个已计入或申报中的地块图层精确叠加。只有在空间和时间上都未被计入的部分才可计；起止两日均计入期内，故截至 2020-12-31 的计入期不占用 2021-01-01。细碎图斑一律扣减，显示阈值只决定是否绘出。候选地块相互重叠的部分双方均不计。图层：candidates（各候选地块的比例）、parts（状态、机制、天数、原因）、overlaps（自身重叠）、issues（问题）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="69"/>
        <source>Further periods</source>
        <translation>其他监测期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="70"/>
        <source>FROM/TO as YYYY-MM-DD/YYYY-MM-DD, with ; between. They must not overlap.</source>
        <translation>按 YYYY-MM-DD/YYYY-MM-DD 填写，以 ; 分隔，不得重叠。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="74"/>
        <source>Draw blocked parts from this share</source>
        <translation>已计部分的显示阈值（比例）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="78"/>
        <source>Smaller parts are still deducted. Empty: as the profile says.</source>
        <translation>更小的部分仍会扣减。留空则按规则配置。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="84"/>
        <source>Free area, weighed by days (ha)</source>
        <translation>可计面积·按天数加权(公顷)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/double_count.py" line="85"/>
        <source>Blocked area, weighed by days (ha)</source>
        <translation>已计面积·按天数加权(公顷)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="201"/>
        <source>Candidates</source>
        <translation>候选小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="48"/>
        <source>Uses of tickets</source>
        <translation>碳票用途测算</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="52"/>
        <source>Neutrality, restoration, planting duty or pledge: tonnes or yuan step by step, and which tickets cover it.</source>
        <translation>碳中和、生态修复、义务植树或质押：逐步算出吨数或金额，以及由哪些碳票抵足。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="58"/>
        <source>Emissions: amounts of activities times factors give the tonnes an event or organisation emits. Restoration: area, years and lost growth, and what was felled, give the tonnes that make good a damaged forest. Planting: people and years give the tickets whose price equals the trees they owe. Pledge: tonnes at a price band, and what a bank may lend. The log shows each step with its source. Factors are in files with source and date; give an edited copy to use others. Tickets are used from the oldest period.</source>
        <translation>排放：活动数据乘以因子，得出活动或单位的排放吨数。修复：受损面积、年数、损失的生长量和被伐蓄积，得出修复所需吨数。植树：人数和年数，得出与应植树木等价的碳票吨数。质押：按价格区间估值及可贷金额。日志逐步列出算式和来源。因子存于文件，注明来源和日期，可用修改副本替换。碳票从最早的监测期起抵用。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="71"/>
        <source>Use</source>
        <translation>用途</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="72"/>
        <source>Activities</source>
        <translation>活动数据</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="72"/>
        <source>Emissions: a factor and the amount in its unit, a row each.</source>
        <translation>排放：每行一个因子及其单位下的数量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="72"/>
        <source>What was felled</source>
        <translation>被伐林木</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="72"/>
        <source>Restoration: a factor such as stock_pine and the cubic metres.</source>
        <translation>修复：如 stock_pine 的因子及立方米数。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="76"/>
        <source>Factor</source>
        <translation>因子</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="76"/>
        <source>Amount</source>
        <translation>数量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="78"/>
        <source>Damaged area (ha)</source>
        <translation>受损面积(公顷)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="78"/>
        <source>People</source>
        <translation>人数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="78"/>
        <source>Tonnes</source>
        <translation>吨数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="84"/>
        <source>Growth that is lost</source>
        <translation>损失的生长量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="85"/>
        <source>Restoration: a factor such as growth_pine; empty for any forest.</source>
        <translation>修复：如 growth_pine 的因子；留空为一般森林。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="86"/>
        <source>Lists of tickets</source>
        <translation>碳票清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="89"/>
        <source>CSV with the columns ticket, whole_t and period_end, or application.json.</source>
        <translation>CSV，列为 ticket、whole_t、period_end；或 application.json。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="92"/>
        <source>Own factors</source>
        <translation>自定义因子</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="93"/>
        <source>An edited copy of a shipped factor file.</source>
        <translation>随附因子文件的修改副本。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="94"/>
        <source>Calculation</source>
        <translation>测算结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="99"/>
        <source>Tonnes needed</source>
        <translation>所需吨数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="100"/>
        <source>Tonnes that no ticket covers</source>
        <translation>碳票不足的吨数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="53"/>
        <source>Ticket eligibility</source>
        <translation>碳票资格判定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="57"/>
        <source>Which stands may get a carbon ticket under a profile, for how many tonnes, and what is missing.</source>
        <translation>按规则配置判定哪些小班可计碳票、可计多少吨、尚缺什么材料。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="61"/>
        <source>Judges the stands of a result again, by another profile or against other parcels, or judges a stand layer with its earlier inventory. The layer stands has the outcome, the trace of all rules, the tonnes of the free part and, where the outcome is unknown, exactly what evidence is missing. The layer parts shows free, blocked and partly free ground, the table rules how many stands each rule passes. A profile that is provisional says so in every output.</source>
        <translation>按另一套规则配置或另一批地块重新判定结果中的小班，或结合前期数据直接判定小班图层。stands 图层给出判定结果、全部规则的过程、可计部分的吨数；无法判定的小班列明尚缺的材料。parts 图层显示可计、已计和部分可计的地块，rules 表列出每条规则通过的小班数。暂行的规则配置在所有输出中都会注明。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="75"/>
        <source>A stand layer in place of a result.</source>
        <translation>不用结果文件时选用的小班图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_eligibility.py" line="82"/>
        <source>Judged stands</source>
        <translation>判定结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="42"/>
        <source>A GeoPackage made by Assess stands. It holds the stands, their sink, the profile and the parcels.</source>
        <translation>“小班评估”生成的 GeoPackage，内含小班、碳汇量、规则配置和地块图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="53"/>
        <source>Leave empty for the one that the result was judged by, else the Sanming ticket.</source>
        <translation>留空则用结果当时所用的配置，否则用三明林业碳票。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="54"/>
        <source>Own ticket profile</source>
        <translation>自定义碳票规则配置</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="55"/>
        <source>An edited copy of a shipped profile, in place of the one chosen above.</source>
        <translation>随附配置的修改副本，代替上面所选的配置。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="82"/>
        <source>Field mapping of the credited parcels</source>
        <translation>已计入地块的字段对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="89"/>
        <source>Field mapping of the tenure parcels</source>
        <translation>权属宗地的字段对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/ticket_parameters.py" line="94"/>
        <source>JSON file, for columns whose names are not recognised.</source>
        <translation>JSON 文件，用于字段名无法识别的情况。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="105"/>
        <source>Merge what came back from the field</source>
        <translation>合并外业返回数据</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="109"/>
        <source>Shows every difference between desk and field; takes over only what a person decided.</source>
        <translation>逐项列出内外业差异，只采用经人工决定的内容。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="113"/>
        <source>The first run writes a review and changes nothing: each cell that field or desk changed, conflicts that a person has to decide, changed outlines, new rows, photos that did not come back. Fill in the column choice of the layer of conflicts (desk, field, or another value) and save. The second run with that review and your name takes over what was chosen and what only the field changed: classes become decisions with signature and date, attributes a list of corrections. The share of wrong stands comes from the random control sample alone.</source>
        <translation>第一次运行只写出审核文件，不作任何改动：内外业改动的每个单元格、须由人工决定的冲突、图形改动、新增记录和未带回的照片。请在冲突图层的“处理意见”中选择（内业、外业或另填其他值）并保存。第二次运行时提供该审核文件和您的姓名，所选内容以及仅外业改动的内容才被采用：判定类成为带签名和日期的人工决定，林分因子成为更正清单。错误小班比例只由随机检查样本推算。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>GeoPackage of Assess stands, as it is now.</source>
        <translation>“小班评估”写出的 GeoPackage，以其现状为准。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>Returned packages</source>
        <translation>返回的外业包</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>The file field.gpkg of each surveyor&apos;s folder, all of one package.</source>
        <translation>每名调查人文件夹中的 field.gpkg，须出自同一外业包。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>Review with choices</source>
        <translation>已填处理意见的审核文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>Leave empty to look first. With a review in which choices were made, they are taken over.</source>
        <translation>留空则只查看；提供已填处理意见的审核文件时，采用其中的意见。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>Name of the person who decides</source>
        <translation>决定人姓名</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>The signature under the decisions; needed to take something over.</source>
        <translation>作为人工决定的签名；采用意见时必填。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>What was sent</source>
        <translation>发出时的底本</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>Only where the copy beside the result was lost: base.gpkg of the package.</source>
        <translation>仅在评估结果旁的底本丢失时使用：外业包中的 base.gpkg。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="92"/>
        <source>Columns of the form</source>
        <translation>表单字段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="124"/>
        <source>The same as when the package was made.</source>
        <translation>与制作外业包时所用的相同。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="142"/>
        <source>Review</source>
        <translation>审核文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="143"/>
        <source>Number of conflicts</source>
        <translation>冲突数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="143"/>
        <source>Decisions added</source>
        <translation>新增人工决定数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="143"/>
        <source>Corrections added</source>
        <translation>新增更正数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="54"/>
        <source>Make a field package for QField</source>
        <translation>制作 QField 外业包</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="58"/>
        <source>Puts project, forms, photos and a background map into one folder for QField.</source>
        <translation>把项目、表单、照片和底图放入一个文件夹，供 QField 使用。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="62"/>
        <source>Makes a folder with a project that QField opens offline: the stands to check with a form (lists of values, what must be filled in, photos), the stands and tenure parcels around them for reading, and a background map drawn from layers of yours into one file. A copy of what was sent stays beside the result; the copies that come back are held against it.</source>
        <translation>生成一个可在 QField 中离线打开的项目文件夹：待核查小班及其表单（取值清单、必填项、照片），周围小班和林权宗地（只读），以及由您的图层绘成的单文件底图。发出内容的底本保存在评估结果旁，返回件与之比较。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="72"/>
        <source>Cells of the background map (m)</source>
        <translation>底图像元大小(米)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="79"/>
        <source>Smaller cells show more and make a larger file.</source>
        <translation>像元越小越清晰，文件也越大。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="80"/>
        <source>Language of the form</source>
        <translation>表单语言</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="80"/>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="80"/>
        <source>English</source>
        <translation>英文</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="80"/>
        <source>Names of columns, lists of values and layers.</source>
        <translation>字段名称、取值清单和图层名称所用语言。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="91"/>
        <source>A copy of the shipped table, edited. Leave empty to use the one that is shipped.</source>
        <translation>在随附表格基础上修改的副本；留空则采用随附的表格。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="93"/>
        <source>Make a zip as well</source>
        <translation>同时生成 zip</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="93"/>
        <source>One file beside the folder, for sending.</source>
        <translation>在文件夹旁生成一个便于发送的文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="99"/>
        <source>Folder of the package</source>
        <translation>外业包文件夹</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="99"/>
        <source>A new folder. It takes its name when everything is in it.</source>
        <translation>新建的文件夹；全部内容写完后才以此命名。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="66"/>
        <source>GeoPackage of Assess stands.</source>
        <translation>“小班评估”写出的 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="100"/>
        <source>List of stands to check</source>
        <translation>待核查小班清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="110"/>
        <source>Made from that result by Choose stands to check in the field.</source>
        <translation>由“选取外业核查小班”从该评估结果生成。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="119"/>
        <source>Background map</source>
        <translation>底图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="119"/>
        <source>Layers of files, drawn as they are shown now, the first one lowest: images, roads, names.</source>
        <translation>文件图层，按当前显示样式绘制，第一个在最下面：影像、道路、地名等。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_package.py" line="127"/>
        <source>Polygons of the certificates, shown for reading.</source>
        <translation>林权证宗地多边形，只供查看。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="49"/>
        <source>Choose stands to check in the field</source>
        <translation>选取外业核查小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="53"/>
        <source>Lists the stands that are most worth a visit, and a random control sample.</source>
        <translation>列出最值得核查的小班，并抽取随机检查样本。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="57"/>
        <source>Takes the stands where image and inventory disagree, whose sink is very uncertain, that are near a threshold of a rule, or whose figures contradict each other, best reasons first. A part of the visits goes to a random control sample, drawn by stratum with a known chance: only from it the share of wrong stands of the whole result is worked out later. The same result and seed give the same list.</source>
        <translation>选取影像与清查不符、碳汇量不确定性大、接近规则界限或数据相互矛盾的小班，理由最充分的优先。另留一部分核查数量作随机检查样本，按层抽取，入样概率已知：以后只用它推算全部小班中判定错误的比例。同一结果和随机种子得到同一清单。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="67"/>
        <source>Stands that can be visited</source>
        <translation>可核查的小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="67"/>
        <source>As many stands as the surveyors can visit; the list never has more.</source>
        <translation>调查人能够核查的小班数，清单不会超过此数。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="79"/>
        <source>Shares of the visits</source>
        <translation>各原因所占份额</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="80"/>
        <source>For example disagreement=0.3,uncertainty=0.2,threshold=0.2,conflict=0.1,control=0.2. Leave empty for the shipped shares.</source>
        <translation>例如 disagreement=0.3,uncertainty=0.2,threshold=0.2,conflict=0.1,control=0.2；留空则采用随附的份额。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="90"/>
        <source>Sampling settings</source>
        <translation>抽样设置</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="90"/>
        <source>Limits, weights and strata of your own. Leave empty to use the file that is shipped.</source>
        <translation>自定的界限、权重和抽样层；留空则采用随附的文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_sample.py" line="102"/>
        <source>Stands of the control sample</source>
        <translation>随机检查样本小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="36"/>
        <source>Report and tables</source>
        <translation>报告与统计表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="40"/>
        <source>Report with charts and maps that opens offline, Excel tables, and your own Excel form filled.</source>
        <translation>可离线打开、带图表和地图的报告，Excel 统计表，以及填好的自有 Excel 表。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="44"/>
        <source>Writes report.html (totals, maps, charts of stock, sink and progress), carbon_tables.xlsx, and forest_tables.xlsx by township, species group, age group and measure with totals that follow filters.

Your own Excel file is filled where its cells have names that begin with sc_, for example sc_area_ha; the help page lists the names. Areas and masses come in the units chosen in the options.</source>
        <translation>写出 report.html（合计、地图，储量、碳汇和进度图表）、carbon_tables.xlsx，以及按乡镇、树种组、龄组、措施统计的 forest_tables.xlsx，合计随筛选变化。

您自己的 Excel 文件中，名称以 sc_ 开头的单元格（例如 sc_area_ha）会被填上；全部名称见帮助页。面积和质量按选项中所选单位列出。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="54"/>
        <source>Plan or progress</source>
        <translation>规划方案或进度</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="55"/>
        <source>GeoPackage with a table progress, for the chart of progress.</source>
        <translation>含进度表 progress 的 GeoPackage，用于进度图。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="56"/>
        <source>Excel form to fill</source>
        <translation>待填 Excel 表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/report.py" line="59"/>
        <source>Your own file; the original is left alone.</source>
        <translation>您自己的文件；原文件不会改动。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="78"/>
        <source>Made where it is missing.</source>
        <translation>没有时自动建立。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="42"/>
        <source>Dossier of an application</source>
        <translation>碳票申请材料</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="46"/>
        <source>Stand table, maps, statement, register of papers and hashes of an application for a ticket.</source>
        <translation>编制碳票申请的小班一览表、图件、说明书、材料清单和文件校验值。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="50"/>
        <source>Writes the papers of an application into the folder dossier beside it: the stand table in Excel with live formulas, location and parcel maps as PDF and PNG, the statement of method, parameters, uncertainty, double counting and rules with frames to sign in as Word and PDF, the register of papers, and the hash of every file; in Chinese and in English.

Papers that are put into the folder papers of the application are registered by their names; what is missing is told. All figures come from application.gpkg, which must be as it was written.</source>
        <translation>把一份申请的材料写入申请文件夹中的 dossier 文件夹：带公式的小班一览表（Excel）、位置图和地块图（PDF、PNG）、载明方法、参数、不确定性、重复计算核查、规则判定和签字盖章栏的说明书（Word、PDF）、申报材料清单，以及每个文件的校验值；中英文各一份。

放入申请文件夹中 papers 文件夹的材料按名称登记，并列出所缺材料。全部数值取自 application.gpkg，该文件须与生成时一致。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="64"/>
        <source>The folder that Application for a ticket wrote.</source>
        <translation>“碳票申请”生成的文件夹。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="65"/>
        <source>Table of papers</source>
        <translation>材料清单表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="66"/>
        <source>CSV with the columns paper and file, for papers that lie outside of that folder.</source>
        <translation>CSV 表，列为 paper（材料）和 file（文件），用于登记放在该文件夹以外的材料。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="69"/>
        <source>Chinese and English</source>
        <translation>中文和英文</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="70"/>
        <source>Languages</source>
        <translation>语言</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="71"/>
        <source>Every paper is written once in each.</source>
        <translation>每份材料各写一份。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="73"/>
        <source>Dossier</source>
        <translation>申请材料</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/dossier.py" line="74"/>
        <source>Papers that are missing</source>
        <translation>缺少的材料数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="278"/>
        <source>Showing the result</source>
        <translation>正在显示结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/unit_options.py" line="35"/>
        <source>Card, tables, labels, legends and reports follow these units. Results are always stored in hectares and tonnes.</source>
        <translation>卡片、属性表、标注、图例和报告均采用所选单位。结果始终以公顷和吨存储。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/unit_options.py" line="40"/>
        <source>Area</source>
        <translation>面积</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/unit_options.py" line="40"/>
        <source>Carbon dioxide</source>
        <translation>二氧化碳</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/tools.py" line="61"/>
        <source>Result: {name}</source>
        <translation>结果：{name}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/tools.py" line="78"/>
        <source>Switch on the plugin Processing in the plugin manager.</source>
        <translation>请在插件管理器中启用 Processing 插件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="39"/>
        <source>Work design</source>
        <translation>作业设计</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="43"/>
        <source>A sheet, a map 1:10 000 with contours and a budget for each chosen parcel, as PDF, Word and Excel.</source>
        <translation>所选每个小班一张设计表、一幅带等高线的 1:10000 设计图和投资预算，输出 PDF、Word 和 Excel。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="47"/>
        <source>Takes the parcels of a plan, stands by their keys, or all stands of a unit that fit a measure. Each gets a sheet (present state, technique, species and density, intensity, block, operations and budget) and a map at 1:10 000, with contours where an elevation model is given.

Species, densities, intensities and costs are tables with source and confidence; the shipped ones are provisional: put your county&apos;s own in their place.</source>
        <translation>取规划方案中的小班、按小班键指定的小班，或某单位内所有有适用措施的小班。每个小班一张设计表（现状、作业方式、树种与密度、强度、伐区、作业内容与投资预算）和一幅 1:10000 设计图，给出数字高程模型时绘等高线。

树种、密度、强度和造价均为注明出处和可信度的表；自带的为暂行值，请换成本县的。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="58"/>
        <source>Plan</source>
        <translation>规划方案</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="59"/>
        <source>Its parcels are taken, with measure, technique, year and cost.</source>
        <translation>取其中的小班及其措施、作业方式、年度和投资。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="65"/>
        <source>Elevation model</source>
        <translation>数字高程模型</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="66"/>
        <source>Heights in metres, for the contours on the maps.</source>
        <translation>高程单位为米，用于图上的等高线。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="67"/>
        <source>Designed by</source>
        <translation>设计单位</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="68"/>
        <source>Stands on every sheet; left empty there is a line to sign on.</source>
        <translation>写在每张表上；留空则留出签署横线。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="69"/>
        <source>Species, densities and intensities</source>
        <translation>树种、密度与强度表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="69"/>
        <source>Make-up of the cost</source>
        <translation>造价构成表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="69"/>
        <source>Costs of the techniques</source>
        <translation>各作业方式造价表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/work_design.py" line="80"/>
        <source>Number of parcels</source>
        <translation>小班(地块)数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="44"/>
        <source>Conflicts between desk and field</source>
        <translation>内外业冲突</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>Why</source>
        <translation>原因</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>As sent</source>
        <translation>发出时</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>Desk now</source>
        <translation>内业现值</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>From the field</source>
        <translation>外业值</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>Choice</source>
        <translation>处理意见</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="94"/>
        <source>Other value</source>
        <translation>其他值</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="104"/>
        <source>&amp;Name of the person who decides</source>
        <translation>决定人姓名(&amp;N)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="133"/>
        <source>Not decided</source>
        <translation>未决定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="172"/>
        <source>{open} of {count} conflicts are not decided. Nothing is taken over for those.</source>
        <translation>{count} 处冲突中有 {open} 处未决定，未决定的不予采用。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/warm_up.py" line="18"/>
        <source>Get ready</source>
        <translation>准备运行环境</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="35"/>
        <source>Compare plans</source>
        <translation>比较方案</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="39"/>
        <source>Sets two plans beside each other: stands that differ, area, cost and carbon over the years.</source>
        <translation>对比两个方案：不同的小班、面积、费用以及历年碳增益。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="43"/>
        <source>The layer differences has the stands that only one plan has or that are worked on otherwise, the table comparison area, parcels, cost, felled volume and gain by measure, the table carbon the gain over the years with its interval. Parcels that both plans treat alike drop out of the interval of the difference. All gains are modelled.</source>
        <translation>differences 图层列出只在一个方案中或作业不同的小班；comparison 表按措施列出面积、地块数、费用、采伐蓄积和增益；carbon 表列出历年增益及区间。两个方案作业相同的地块不计入差值的区间。增益均为模型推算。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="52"/>
        <source>First plan</source>
        <translation>方案一</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="52"/>
        <source>Second plan</source>
        <translation>方案二</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="54"/>
        <source>GeoPackage written by Plan parcels for targets.</source>
        <translation>由“按目标安排地块”写出的 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="55"/>
        <source>The table both plans were made with; leave empty for the shipped one.</source>
        <translation>两个方案所用的作业表；留空则为随附的表。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="50"/>
        <source>Works and costs</source>
        <translation>作业与费用表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="57"/>
        <source>Comparison</source>
        <translation>对比结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="59"/>
        <source>Number of stands that differ</source>
        <translation>不同的小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="46"/>
        <source>Plan parcels for targets</source>
        <translation>按目标安排地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="50"/>
        <source>Chooses stands, years and techniques that meet the targets at the most benefit or the least cost.</source>
        <translation>选择小班、年份和技术，以最大效益或最低费用完成目标。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="68"/>
        <source>Number of parcels chosen</source>
        <translation>入选地块数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="69"/>
        <source>Distance from the bound</source>
        <translation>与上界的差距</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="74"/>
        <source>What is to be the best</source>
        <translation>优化目标</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="82"/>
        <source>Plan years</source>
        <translation>规划年份</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="82"/>
        <source>Such as 2026/2030. Leave empty for the years of the targets from this year on.</source>
        <translation>如 2026/2030。留空则取目标表中今年及以后的年份。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="86"/>
        <source>Budget</source>
        <translation>预算</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="86"/>
        <source>Yuan for the whole plan, or a CSV with area_unit, year and yuan.</source>
        <translation>整个方案的金额（元），或含 area_unit、year、yuan 的 CSV。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="90"/>
        <source>Name of the plan</source>
        <translation>方案名称</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="90"/>
        <source>Under this name the plan is compared with others.</source>
        <translation>与其他方案比较时使用此名称。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="98"/>
        <source>Felling quota</source>
        <translation>采伐限额</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="98"/>
        <source>CSV with area_unit, felling_type, origin, year and volume_m3. What no row covers may fell nothing.</source>
        <translation>CSV，列为 area_unit、felling_type、origin、year、volume_m3。没有限额覆盖的不得采伐。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="103"/>
        <source>Shares of techniques</source>
        <translation>技术比例</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="103"/>
        <source>CSV with area_unit, measure, technique, low and high.</source>
        <translation>CSV，列为 area_unit、measure、technique、low、high。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="106"/>
        <source>Locked parcels</source>
        <translation>锁定地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="106"/>
        <source>CSV with stand_key, lock (in or out), measure, technique, year.</source>
        <translation>CSV，列为 stand_key、lock（in 或 out）、measure、technique、year。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="118"/>
        <source>Years until a clear-cut counts as closed</source>
        <translation>皆伐地郁闭前的年数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="118"/>
        <source>Adjoining clear-cuts fewer years apart are one opening, which may not be larger than the slope allows.</source>
        <translation>相邻皆伐地间隔少于此年数的视为连片，连片面积不得超过该坡度的上限。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="121"/>
        <source>How far a plan may go beyond a target</source>
        <translation>允许超出目标的比例</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="121"/>
        <source>As a share, 0.1 for a tenth.</source>
        <translation>以小数表示，0.1 即一成。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="137"/>
        <source>Years of the carbon table</source>
        <translation>碳表年份</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="138"/>
        <source>Swaps to work out</source>
        <translation>计算替换代价的小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="144"/>
        <source>Horizon</source>
        <translation>计量截止年</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="144"/>
        <source>Carbon is compared at the end of this year.</source>
        <translation>在该年年末比较碳储量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="145"/>
        <source>Distance from the bound to stop at</source>
        <translation>停止求解的差距</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="145"/>
        <source>As a share of it.</source>
        <translation>占上界的比例。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="146"/>
        <source>Branches looked at</source>
        <translation>分支数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="146"/>
        <source>At most, for each county.</source>
        <translation>每县至多。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="147"/>
        <source>Stock with and without the plan at the end of these years.</source>
        <translation>这些年份年末有、无方案时的储量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="148"/>
        <source>Stand keys with ; between. What taking them in or out costs is solved again.</source>
        <translation>小班编号，以分号分隔；重新求解列入或排除的代价。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="36"/>
        <source>GeoPackage written by Assess Stands.</source>
        <translation>由“小班评估”写出的 GeoPackage。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="37"/>
        <source>Targets</source>
        <translation>目标表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="38"/>
        <source>CSV with measure, area_unit, year_from, year, amount, unit, bound and source, one row per target.</source>
        <translation>CSV，列为 measure、area_unit、year_from、year、amount、unit、bound、source，每行一个目标。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="40"/>
        <source>Accepted parcels</source>
        <translation>验收地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="43"/>
        <source>Polygons of the acceptance inspections with measure, date, survival, retention and photo. Only they count as done, and no hectare twice. Leave empty where nobody says what is done.</source>
        <translation>验收图斑，含措施、验收日期、成活率、保存率、照片。只有验收地块计为完成，同一块地不重复计算。没有验收数据时留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="46"/>
        <source>Ledger</source>
        <translation>台账</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="46"/>
        <source>CSV of tickets, trade and projects: kind, id, area_unit, date, tonnes and status.</source>
        <translation>碳票、交易和项目台账（CSV）：kind、id、area_unit、date、tonnes、status。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="50"/>
        <source>Techniques with their costs and what grows afterwards. Leave empty for the provisional table that is shipped.</source>
        <translation>各技术的费用及作业后的生长。留空则用随附的暂行表。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="54"/>
        <source>Counting matrix</source>
        <translation>计数规则表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="54"/>
        <source>Which measures may be counted together on one parcel. Leave empty to count each parcel once.</source>
        <translation>同一地块哪些措施可以同时计数。留空则每块地只计一次。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="58"/>
        <source>Area units</source>
        <translation>区域表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/programme.py" line="58"/>
        <source>Area units with their land area, which forest cover needs.</source>
        <translation>各区域及其土地面积，计算森林覆盖率时需要。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="59"/>
        <source>Progress of targets</source>
        <translation>目标进展</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="37"/>
        <source>Done, available and missing area of each target by municipality, county and township.</source>
        <translation>按市、县、乡镇列出各目标的已完成、可安排和缺口面积。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="41"/>
        <source>Sets the accepted parcels and the stands of a result against a programme. The table progress has one row per measure, period and area unit, the table indicators forest cover, growing stock, tickets and projects, each with its date and definition.

Done is only what was accepted, never what was planned. Without accepted parcels it stays unknown.</source>
        <translation>将验收地块和评估结果中的小班与规划目标对照。progress 表按措施、期间和区域逐行列出，indicators 表列出森林覆盖率、森林蓄积、碳票和项目，均注明日期和定义。

只有验收的才算完成，规划的不算。没有验收地块时，完成面积为未知。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="50"/>
        <source>Progress</source>
        <translation>进展</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="53"/>
        <source>Number of targets met</source>
        <translation>已达目标数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="59"/>
        <source>Indicators</source>
        <translation>指标</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="133"/>
        <source>Result around a plan</source>
        <translation>规划所依据的评估结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="135"/>
        <source>Its stands give the boundaries of the units that the parcels of a plan lie in.</source>
        <translation>其小班给出规划小班所在单位的界线。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="256"/>
        <source>Getting ready</source>
        <translation>正在准备</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="175"/>
        <source>{count} more come when these are taken over.</source>
        <translation>另有 {count} 处，待这些采用后列出。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/override_dialog.py" line="36"/>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/target_progress.py" line="52"/>
        <source>Plan that says what is planned, written by Plan parcels for targets.</source>
        <translation>说明已规划面积的方案，由“按目标安排地块”写出。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_cards.py" line="222"/>
        <source>Decision kept. Assess again to see it in the result.</source>
        <translation>决定已保存，重新评估后写入结果的决定列。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="57"/>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="70"/>
        <source>Plans side by side</source>
        <translation>方案对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/compare_scenarios.py" line="70"/>
        <source>Carbon gained over the years</source>
        <translation>逐年碳增益</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="104"/>
        <source>Products by year</source>
        <translation>各年产品碳储量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/products.py" line="104"/>
        <source>Products by kind</source>
        <translation>各类产品碳储量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/project.py" line="71"/>
        <source>Sums of the projection</source>
        <translation>推算汇总</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="108"/>
        <source>Size of the sheets and of the template.</source>
        <translation>图幅和模板的纸张大小。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="109"/>
        <source>Orientation</source>
        <translation>纸张方向</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="109"/>
        <source>The one that shows more, sheet by sheet</source>
        <translation>自动（逐幅选用能画得更大的方向）</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="109"/>
        <source>Portrait</source>
        <translation>竖版</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="109"/>
        <source>Landscape</source>
        <translation>横版</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/export_maps.py" line="115"/>
        <source>An own template keeps its form.</source>
        <translation>自己的模板保持原有方向。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_model.py" line="41"/>
        <source>Read the list of doubts</source>
        <translation>读取问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="53"/>
        <source>Count the doubts</source>
        <translation>统计存疑事项</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="84"/>
        <source>Counting the doubts</source>
        <translation>正在统计存疑事项</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/evidence.py" line="50"/>
        <source>Vegetation indices and their changes, slope and canopy heights per stand, as a recipe asks.</source>
        <translation>按配方计算各小班的植被指数及其变化、坡度和冠层高度。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/evidence.py" line="54"/>
        <source>The recipe says which raster is which: sensor, date, bands, scale and offset, quality layer, indices, and which rasters are the elevation model and the canopy heights. Indices are computed cell by cell and then averaged over the stand.

A change between two scenes is counted from the median of the healthy pine stands of each scene, so that season and haze cancel out. Stands that are covered too little are marked in the layer issues.

An example to copy lies in the plugin&apos;s folder resources/recipes.</source>
        <translation>影像配方说明哪个栅格是什么：传感器、日期、波段、比例系数和偏移量、质量图层、要算的指数，以及哪个栅格是数字高程模型、哪个是冠层高度。指数先逐像元计算，再按小班平均。

两期变化各以本期健康松林小班的中位数为基准，季节和雾霾的影响因此抵消。有效面积太少的小班在图层 issues 中标出。

可照着改的例子在插件的 resources/recipes 文件夹中。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="54"/>
        <source>Chooses which of the stands that fit are worked on, in which year and by which technique, so that every target is met within budget, felling quota, shares, locks and the limits on clear-cut openings. The log tells how far the plan can be from the best one at most, and where a plain choice had to stand in. Where no plan keeps all limits, the message says which ones clash and by how much.

Every stand has a reason for being in the plan or not, and what a swap would cost. Costs, intensities and growth after the work come from the table of works, which is provisional. Gains are modelled.</source>
        <translation>在适合的小班中选择作业小班、年份和技术，使各项目标在预算、采伐限额、技术比例、锁定和皆伐连片面积的限制内完成。日志给出方案与最优方案的最大差距，以及哪些县采用了简易选择。没有方案能满足全部限制时，提示哪些限制冲突、差多少。

每个小班都有入选或未入选的原因以及替换的代价。费用、采伐强度和作业后的生长取自暂行的作业表。增益均为模型推算。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="127"/>
        <source>Clear-cuts on the ground</source>
        <translation>已有皆伐地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="130"/>
        <source>Layers of clear-cuts that no plan can change, on the ground or of an earlier plan, with technique, measure, date or year where they are known. They count beside new ones, as accepted clear-cuts do.</source>
        <translation>方案不能改动的皆伐地块图层（已皆伐的，或以前方案中的），可含技术、措施、日期或年份。与验收的皆伐地块一样，同新的皆伐连片计算。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="110"/>
        <source>Designs</source>
        <translation>作业设计表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="110"/>
        <source>What each technique leaves of a stand, as for work designs: a felling is only planned where enough canopy remains, in trees old enough. Leave empty for the provisional table that is shipped.</source>
        <translation>各技术伐后应保留的林冠，与作业设计相同：只有伐后郁闭度足够、林龄达到要求的小班才安排采伐。留空则用随附的暂行表。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="115"/>
        <source>Smallest patch</source>
        <translation>最小连片面积</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="115"/>
        <source>Hectares. Parcels of one measure and year that adjoin make a patch, which may not be smaller.</source>
        <translation>公顷。同一措施同一年份的相邻地块为一片，每片不得小于此面积。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="102"/>
        <source>Column names begin with them. One for each raster in the same order, with ; between; NAME#2 takes only band 2. dem and chm mean elevation and canopy heights in metres. Leave empty to use the names of the layers.</source>
        <translation>用作列名的开头。按相同顺序每个栅格一个，以分号“;”分隔；“名称#2”表示只取第 2 波段。名称 dem、chm 分别表示高程和冠层高度（米）。留空则使用图层名。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="23"/>
        <source>attention: {count}</source>
        <translation>待处理 {count} 项</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="57"/>
        <source>Take over</source>
        <translation>采用</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="168"/>
        <source>There is nothing to decide. Take over {count} changes that only the field made?</source>
        <translation>没有需要决定的内容。是否采用仅外业改动的 {count} 处？</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/merge_dialog.py" line="177"/>
        <source>{count} changes that only the field made are taken over as well.</source>
        <translation>仅外业改动的 {count} 处也一并采用。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/field_merge.py" line="143"/>
        <source>Changes that wait for a decision or a signature</source>
        <translation>等待决定或签名的改动数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/issue_panel.py" line="238"/>
        <source>To do: {open} errors and warnings; notes: {notes}</source>
        <translation>待处理错误和警告 {open} 条；说明 {notes} 条</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/state_words.py" line="81"/>
        <source>File of the result</source>
        <translation>结果文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/result_show.py" line="69"/>
        <source>Open a Result</source>
        <translation>打开结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/result_show.py" line="76"/>
        <source>Done for another project, nothing was added to this one: {path}</source>
        <translation>另一个工程的运行已完成，结果未加入当前工程：{path}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/result_show.py" line="78"/>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/parcel_cards.py" line="84"/>
        <source>There is no result in the project: run Assess, or open one in step 5.</source>
        <translation>工程中没有结果：请先运行评估，或在第 5 步打开一个结果。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/tools.py" line="61"/>
        <source>Assess the stands first, or open a result in step 5.</source>
        <translation>请先评估小班，或在第 5 步打开一个结果。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="74"/>
        <source>The most carbon</source>
        <translation>碳增益最大</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="74"/>
        <source>The most infested area treated</source>
        <translation>除治的受害面积最大</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="74"/>
        <source>The least cost</source>
        <translation>费用最低</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="74"/>
        <source>A mixture of them is given by weights, among the advanced parameters.</source>
        <translation>如需兼顾几项，请在高级参数中填写权重。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="139"/>
        <source>Weights of a mixture</source>
        <translation>兼顾几项时的权重</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/plan.py" line="140"/>
        <source>Per tCO₂e, infested hectare and yuan, such as carbon=1;infestation=50;cost=0.001. They go before what was chosen as the best; one of the three names alone is taken too.</source>
        <translation>每吨CO₂e（carbon）、每公顷受害面积（infestation）、每元（cost）的权重，如 carbon=1;infestation=50;cost=0.001。填写后以权重为准，不再采用上面选择的优化目标；也可只填其中一个名称。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="68"/>
        <source>Neutrality of an event or organisation</source>
        <translation>活动或单位碳中和</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="68"/>
        <source>Restoration of a damaged forest</source>
        <translation>生态司法修复</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="68"/>
        <source>Duty to plant trees</source>
        <translation>义务植树折算</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/neutrality.py" line="68"/>
        <source>Pledge for a loan</source>
        <translation>质押贷款</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/maps_step.py" line="49"/>
        <source>Read the areas of the classes</source>
        <translation>读取各类面积</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/word_choice.py" line="42"/>
        <source>{name} [optional]</source>
        <translation>{name} [可选]</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/evidence.py" line="66"/>
        <source>Evidence per stand</source>
        <translation>小班影像指标结果</translation>
    </message>
</context>
<context>
    <name>CarbonDock</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_dock.ui" line="25"/>
        <source>Steps of the work</source>
        <translation>工作步骤</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_dock.ui" line="54"/>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_dock.ui" line="74"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_dock.ui" line="81"/>
        <source>Assess</source>
        <translation>评估</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_dock.ui" line="84"/>
        <source>Runs the main job with the values of all steps.</source>
        <translation>用各步骤填写的内容运行评估。</translation>
    </message>
</context>
<context>
    <name>CarbonStep</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="21"/>
        <source>Biomass and carbon by two methods, the yearly sink with its interval, pine transformation and reserve forest. Leave a field empty to use what is shipped.</source>
        <translation>用两种方法计算生物量和碳储量，给出年碳汇量及其区间，判定松林改造和储备林。留空则使用自带文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="39"/>
        <source>Carbon parameters</source>
        <translation>碳计量参数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="49"/>
        <source>CSV file with the factors of each species group.</source>
        <translation>各树种组计量参数的 CSV 文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="56"/>
        <source>Classification rules</source>
        <translation>分类规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="66"/>
        <source>JSON file with the rules for pine transformation and reserve forest.</source>
        <translation>松林改造和储备林规则的 JSON 文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="73"/>
        <source>Raster recipe</source>
        <translation>栅格用途说明</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="83"/>
        <source>JSON file that says which raster plays which role.</source>
        <translation>说明各栅格用途的 JSON 文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="90"/>
        <source>Random seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/carbon_step.ui" line="100"/>
        <source>The same seed gives the same result.</source>
        <translation>种子相同，结果相同。</translation>
    </message>
</context>
<context>
    <name>CheckStep</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="21"/>
        <source>Lists what is missing, contradictory or unlikely in the stands before anything is computed. Each doubt says what to do.</source>
        <translation>在计算之前列出小班中缺失、矛盾或不合常理之处，每条问题都说明如何处理。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="31"/>
        <source>Check the Stands</source>
        <translation>检查小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="66"/>
        <source>Text encoding</source>
        <translation>文字编码</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="76"/>
        <source>For example GBK or UTF-8, for files only. Leave empty to have it recognised.</source>
        <translation>如 GBK 或 UTF-8，仅用于文件。留空则自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="83"/>
        <source>Field mapping</source>
        <translation>字段对照文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="93"/>
        <source>JSON file that says which column means what. Leave empty to have the columns recognised by their names.</source>
        <translation>说明各列含义的 JSON 文件。留空则按列名自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="48"/>
        <source>Open the List of Doubts</source>
        <translation>打开问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="51"/>
        <source>Counts by kind, the stands of each on the map, and what is fixed or accepted.</source>
        <translation>按类别统计问题，在地图上定位小班，登记已修正或已认可。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="102"/>
        <source>Check in the Field</source>
        <translation>外业核查</translation>
    </message>
</context>
<context>
    <name>DataStep</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="21"/>
        <source>Open the Sample Data</source>
        <translation>打开示例数据</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="24"/>
        <source>Adds a made-up township to the project and fills in the fields, to try the plugin.</source>
        <translation>在工程中加入一个虚构乡镇并填好各项，供试用。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="39"/>
        <source>Stands</source>
        <translation>小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="51"/>
        <source>Polygon layer of the forest inventory, one row per stand. It is read as you see it: with its filter and unsaved edits.</source>
        <translation>森林资源清查的面图层，一行一个小班。按当前所见读取，包括过滤条件和未保存的编辑。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="76"/>
        <source>Result</source>
        <translation>评估结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="86"/>
        <source>GeoPackage to write. It appears whole or not at all.</source>
        <translation>要写出的 GeoPackage，要么完整生成，要么不生成。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="93"/>
        <source>Replace an existing result</source>
        <translation>替换已有结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="102"/>
        <source>Rasters</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="110"/>
        <source>Raster layer of the project to add to the list.</source>
        <translation>要加入列表的工程栅格图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="123"/>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="132"/>
        <source>Name: letters, digits and _; the columns of the result begin with it. Band: a number, or empty for all bands.</source>
        <translation>名称：字母、数字和下划线，结果列名以它开头。波段：填序号，留空表示全部波段。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="157"/>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="162"/>
        <source>Band</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="167"/>
        <source>Raster</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="190"/>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="202"/>
        <source>Earlier Inventory and Period</source>
        <translation>前期调查与监测期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="214"/>
        <source>Earlier stands</source>
        <translation>前期小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="224"/>
        <source>The inventory at the beginning of the period, for the measured yearly sink.</source>
        <translation>监测期初的小班数据，用于按两期实测计算年碳汇量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="237"/>
        <source>First day</source>
        <translation>首日</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="247"/>
        <source>First day of the period, included.</source>
        <translation>监测期首日（含当日）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="254"/>
        <source>Last day</source>
        <translation>末日</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="264"/>
        <source>Last day of the period, included.</source>
        <translation>监测期末日（含当日）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="271"/>
        <source>Survey</source>
        <translation>调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="287"/>
        <source>How the stands were surveyed, where the layer does not say it itself.</source>
        <translation>小班的调查方法，图层本身未记载时填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="294"/>
        <source>Earlier survey</source>
        <translation>前期调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="310"/>
        <source>How the earlier stands were surveyed, where the layer does not say it itself.</source>
        <translation>前期小班的调查方法，图层本身未记载时填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="64"/>
        <source>Fields…</source>
        <translation>字段…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="67"/>
        <source>Shows which column of the stands means what, and lets you choose.</source>
        <translation>查看并指定小班图层各字段的含义。</translation>
    </message>
</context>
<context>
    <name>IssuePanel</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="99"/>
        <source>Severity</source>
        <translation>级别</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="24"/>
        <source>Status</source>
        <translation>处理状态</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="34"/>
        <source>Search stands, codes and words</source>
        <translation>搜索小班、代码或文字</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="44"/>
        <source>Open a List…</source>
        <translation>打开清单…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="51"/>
        <source>Check Again</source>
        <translation>复查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="54"/>
        <source>Checks only the stands that changed since the list was made, in the background.</source>
        <translation>在后台只检查生成清单后有变动的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="80"/>
        <source>Doubts by code</source>
        <translation>按代码统计的问题</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="104"/>
        <source>Number</source>
        <translation>数量</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="112"/>
        <source>Neither fixed nor accepted.</source>
        <translation>既未修正也未认可。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="117"/>
        <source>What</source>
        <translation>内容</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="123"/>
        <source>Doubts of the chosen code</source>
        <translation>所选代码的问题</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="126"/>
        <source>Click a row to go to its stand and to select it.</source>
        <translation>单击一行可定位并选中该小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="161"/>
        <source>Fixed</source>
        <translation>已修正</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="164"/>
        <source>Marks the selected rows as fixed, with your name and the time. A later check that finds them again tells so.</source>
        <translation>将所选各行标为已修正，并记录姓名和时间；以后检查再次查出时会予以提示。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="171"/>
        <source>Accept with Reason…</source>
        <translation>填写理由并认可…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="174"/>
        <source>Marks the selected rows as right in spite of the doubt, with a reason, your name and the time.</source>
        <translation>认可所选各行的取值无误，并记录理由、姓名和时间。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="181"/>
        <source>Reopen</source>
        <translation>重新打开</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="184"/>
        <source>Takes back what was decided about the selected rows.</source>
        <translation>撤销对所选各行的处理。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/issue_panel.ui" line="109"/>
        <source>To do</source>
        <translation>待处理</translation>
    </message>
</context>
<context>
    <name>MappingDialog</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="14"/>
        <source>Fields of the Stands</source>
        <translation>小班字段对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="20"/>
        <source>Says which column means what. Columns are recognised by their names and confirmed by their values; what is ambiguous or missing is left open for you to choose.</source>
        <translation>指明各字段的含义。字段按名称识别，并由取值印证；有歧义或缺失的由您指定。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="35"/>
        <source>Search meanings and columns</source>
        <translation>搜索含义或字段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="45"/>
        <source>Only what is ambiguous or missing</source>
        <translation>只显示有歧义或缺失的</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="52"/>
        <source>Recognise Again</source>
        <translation>重新识别</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="55"/>
        <source>Takes back all choices.</source>
        <translation>撤销全部选择。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="64"/>
        <source>Meanings and their columns</source>
        <translation>含义与字段对照</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="83"/>
        <source>Meaning</source>
        <translation>含义</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="88"/>
        <source>Column</source>
        <translation>字段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="93"/>
        <source>Score</source>
        <translation>得分</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="96"/>
        <source>0 to 1: how well name and values of the column fit.</source>
        <translation>0～1：字段名称和取值的相符程度。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="101"/>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="106"/>
        <source>Values in the layer</source>
        <translation>图层原值</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="111"/>
        <source>Read as</source>
        <translation>识读结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="119"/>
        <source>Units and Lists of Codes</source>
        <translation>单位与代码表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="143"/>
        <source>Load…</source>
        <translation>载入…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/mapping_dialog.ui" line="150"/>
        <source>Save As…</source>
        <translation>另存为…</translation>
    </message>
</context>
<context>
    <name>MapsStep</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="21"/>
        <source>A map to print for one theme of the result, and tables with a report.</source>
        <translation>按结果的一个专题出图打印，并输出报表与报告。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="39"/>
        <source>Result</source>
        <translation>评估结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="55"/>
        <source>Results in this project.</source>
        <translation>本工程中的结果。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="62"/>
        <source>Theme</source>
        <translation>专题</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="94"/>
        <source>Open the Target Map</source>
        <translation>打开目标图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="101"/>
        <source>Save the Map as PDF…</source>
        <translation>地图另存为 PDF…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="116"/>
        <source>Tables and report</source>
        <translation>报表与报告</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="126"/>
        <source>Folder for the tables and the report of the next run. Leave empty for none.</source>
        <translation>下次运行的报表与报告文件夹，留空则不输出。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="135"/>
        <source>Plan, Maps and Reports</source>
        <translation>规划、制图与报告</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="84"/>
        <source>Open a Result…</source>
        <translation>打开结果…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="87"/>
        <source>Add a result that was made elsewhere, by a colleague or on the command line.</source>
        <translation>加入在别处得到的结果，例如同事或命令行运行的结果。</translation>
    </message>
</context>
<context>
    <name>OverrideDialog</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="6"/>
        <source>Override a Class</source>
        <translation>人工认定类型</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="30"/>
        <source>Class</source>
        <translation>类型</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="40"/>
        <source>What is decided.</source>
        <translation>认定的内容。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="53"/>
        <source>Outcome</source>
        <translation>认定结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="63"/>
        <source>What shall count from the next run on.</source>
        <translation>自下次运行起采用的结果。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="76"/>
        <source>Reason</source>
        <translation>理由</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="86"/>
        <source>Why the rules are not followed here; it must be given.</source>
        <translation>不采用规则判定的原因，必须填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="89"/>
        <source>must be given</source>
        <translation>必填</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="96"/>
        <source>Decided by</source>
        <translation>认定人</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="106"/>
        <source>Name of the person who decides; it must be given.</source>
        <translation>认定人姓名，必须填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="113"/>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="123"/>
        <source>Day of the decision.</source>
        <translation>认定日期。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="130"/>
        <source>Evidence</source>
        <translation>依据材料</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="140"/>
        <source>A photo, a letter or a survey sheet; it may be left empty.</source>
        <translation>照片、函件或调查表，可不填。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/override_dialog.ui" line="149"/>
        <source>The decision is kept beside the result and counts in every later run; assess again to see it in the result.</source>
        <translation>决定保存在结果文件旁，以后每次运行都带上，与规则结论并列；编制计划按决定执行。重新评估后写入结果的决定列。</translation>
    </message>
</context>
<context>
    <name>ParcelCard</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="11"/>
        <source>List</source>
        <translation>列表</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="21"/>
        <source>The stands that the two buttons walk through.</source>
        <translation>“上一个”“下一个”所浏览的小班范围。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="34"/>
        <source>Previous</source>
        <translation>上一个</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="37"/>
        <source>The stand before this one in the list.</source>
        <translation>列表中的上一个小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="44"/>
        <source>Next</source>
        <translation>下一个</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="47"/>
        <source>The stand after this one in the list.</source>
        <translation>列表中的下一个小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="56"/>
        <source>Click a stand of a result on the map.</source>
        <translation>请在地图上点击结果中的小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="72"/>
        <source>Parcel card</source>
        <translation>小班卡片</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="81"/>
        <source>Zoom</source>
        <translation>缩放至</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="84"/>
        <source>Shows the stand on the map.</source>
        <translation>在地图上显示该小班。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="91"/>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="94"/>
        <source>Copies the card as text.</source>
        <translation>将卡片复制为文本。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="101"/>
        <source>Override…</source>
        <translation>人工认定…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="104"/>
        <source>Writes down what a person decides about a class of this stand, with the reason.</source>
        <translation>登记对该小班某一类型的人工认定及理由。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="111"/>
        <source>PDF…</source>
        <translation>PDF…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="114"/>
        <source>Writes the card as a PDF of one page.</source>
        <translation>将卡片保存为一页 PDF。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="121"/>
        <source>Print…</source>
        <translation>打印…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="124"/>
        <source>Prints the card on one page.</source>
        <translation>将卡片打印为一页。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/parcel_card.ui" line="131"/>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
</context>
<context>
    <name>QGnomeTheme</name>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>&amp;OK</source>
        <translation>确定(&amp;O)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Close without Saving</source>
        <translation>不保存即关闭</translation>
    </message>
</context>
<context>
    <name>QMessageBox</name>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Show Details...</source>
        <translation>显示详情…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Hide Details...</source>
        <translation>隐藏详情…</translation>
    </message>
</context>
<context>
    <name>QPlatformTheme</name>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>OK</source>
        <translation>确定</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Save All</source>
        <translation>全部保存</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>&amp;Yes</source>
        <translation>是(&amp;Y)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Yes to &amp;All</source>
        <translation>全部选是(&amp;A)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>&amp;No</source>
        <translation>否(&amp;N)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>N&amp;o to All</source>
        <translation>全部选否(&amp;O)</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Abort</source>
        <translation>中止</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Ignore</source>
        <translation>忽略</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="81"/>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/translation.py" line="20"/>
        <source>Restore Defaults</source>
        <translation>恢复默认值</translation>
    </message>
</context>
<context>
    <name>TicketsStep</name>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="21"/>
        <source>Which stands may receive a carbon ticket, and which part of them nobody has credited yet.</source>
        <translation>判定哪些小班可申请碳票，以及其中尚未计入任何碳汇的部分。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="31"/>
        <source>Credited Parcels</source>
        <translation>已计碳汇地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="39"/>
        <source>Layer of parcels already credited or pending under any scheme.</source>
        <translation>在任何机制下已签发或正在申请的地块图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="52"/>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="61"/>
        <source>Layers of credited parcels that are looked at.</source>
        <translation>参与比对的已计碳汇地块图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="89"/>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="109"/>
        <source>Tenure</source>
        <translation>林权宗地</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="119"/>
        <source>Polygons of the certificates; they need not follow the stands.</source>
        <translation>林权证对应的面，不必与小班边界一致。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="132"/>
        <source>Ticket profile</source>
        <translation>碳票规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="142"/>
        <source>JSON file with the rules of the carbon ticket. Leave empty to use the shipped one, which is provisional.</source>
        <translation>碳票规则的 JSON 文件。留空则使用自带的暂行规则。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/tickets_step.ui" line="151"/>
        <source>From a Result to Tickets</source>
        <translation>由结果到碳票</translation>
    </message>
</context>
</TS>
