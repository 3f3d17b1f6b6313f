<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>@default</name>
    <message>
        <location filename="../sanming_carbon_plugin/processing/provider.py" line="28"/>
        <source>Sanming Forest Carbon</source>
        <translation>三明林业碳汇</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="134"/>
        <source>Choose the layer of stands.</source>
        <translation>请选择小班图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="134"/>
        <source>Choose a file for the result.</source>
        <translation>请选择结果文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="162"/>
        <source>Done: {path}</source>
        <translation>完成：{path}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="169"/>
        <source>The run stopped. The log of Processing says why.</source>
        <translation>运行已停止，原因见“处理”日志。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="176"/>
        <source>Cancelled. Nothing was written.</source>
        <translation>已取消，未写出任何文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="184"/>
        <source>Saved: {path}</source>
        <translation>已保存：{path}</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="61"/>
        <source>CSV files</source>
        <translation>CSV 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/tickets_step.py" line="30"/>
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
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="61"/>
        <source>GeoPackage files</source>
        <translation>GeoPackage 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/data_step.py" line="64"/>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/maps_step.py" line="42"/>
        <source>Plan and maps</source>
        <translation>规划与制图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/maps_step.py" line="74"/>
        <source>Save the map</source>
        <translation>保存地图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/maps_step.py" line="74"/>
        <source>PDF files</source>
        <translation>PDF 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/steps/tickets_step.py" line="37"/>
        <source>Tickets</source>
        <translation>碳票</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/plugin.py" line="49"/>
        <source>Show or hide the forest carbon panel</source>
        <translation>显示或隐藏林业碳汇面板</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="72"/>
        <source>Assess stands</source>
        <translation>小班评估</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="76"/>
        <source>Carbon, yearly sink, classes and carbon-ticket eligibility of each stand.</source>
        <translation>逐小班给出碳储量、年碳汇量、分类和碳票资格。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="80"/>
        <source>Reads the stands, checks them, takes exact raster statistics per stand, and works out biomass and carbon by two methods, the yearly sink with its 90 % interval, pine transformation and reserve forest with every rule&apos;s outcome, and carbon-ticket eligibility.

The result is one GeoPackage with the layers stands, issues, summary and run. Where an input is missing the value stays empty, never 0, and the layer issues says why.</source>
        <translation>读取并检查小班，按面积加权精确提取各小班的栅格统计，用两种方法计算生物量和碳储量，给出年碳汇量及其 90% 置信区间、松林改造与储备林类型（附每条规则的结论）以及林业碳票资格。

结果为一个 GeoPackage，含 stands、issues、summary、run 四个图层。缺少输入时数值留空，绝不写 0，原因见 issues 图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="96"/>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="66"/>
        <source>Number of stands</source>
        <translation>小班数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="103"/>
        <source>Earlier stands</source>
        <translation>前期小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="103"/>
        <source>The inventory at the beginning of the period, for the measured yearly sink.</source>
        <translation>监测期初的小班数据，用于按两期实测计算年碳汇量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="109"/>
        <source>First day of the period</source>
        <translation>监测期首日</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="109"/>
        <source>Last day of the period</source>
        <translation>监测期末日</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="116"/>
        <source>Credited parcels</source>
        <translation>已计碳汇地块</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="116"/>
        <source>Parcels already credited or pending under any scheme, with the columns scheme, scheme_id, period_start and period_end.</source>
        <translation>在任何机制下已签发或正在申请的地块，含 scheme、scheme_id、period_start、period_end 四列。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="125"/>
        <source>Tenure</source>
        <translation>林权宗地</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="125"/>
        <source>Polygons of the certificates, with the columns certificate, holder, right, valid_to and disputed.</source>
        <translation>林权证对应的面，含 certificate、holder、right、valid_to、disputed 五列。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="137"/>
        <source>How the stands were surveyed</source>
        <translation>小班调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="137"/>
        <source>How the earlier stands were surveyed</source>
        <translation>前期小班调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="142"/>
        <source>For layers that do not say it themselves.</source>
        <translation>图层本身未记载时填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="143"/>
        <source>Raster recipe</source>
        <translation>栅格用途说明</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="143"/>
        <source>Ticket profile</source>
        <translation>碳票规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="143"/>
        <source>Classification rules</source>
        <translation>分类规则</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="143"/>
        <source>Carbon parameters</source>
        <translation>碳计量参数</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="150"/>
        <source>Leave empty to use the one that is shipped.</source>
        <translation>留空则使用自带文件。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="151"/>
        <source>Random seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="154"/>
        <source>Tables and report</source>
        <translation>报表与报告</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="231"/>
        <source>Sample plots</source>
        <translation>样地实测</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="232"/>
        <source>Angle gauge</source>
        <translation>角规测树</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="233"/>
        <source>By eye</source>
        <translation>目测</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="234"/>
        <source>Laser scanning</source>
        <translation>激光雷达</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="235"/>
        <source>Modelled</source>
        <translation>模型推算</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/assess.py" line="236"/>
        <source>Unknown</source>
        <translation>不详</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="35"/>
        <source>Check stands</source>
        <translation>小班检查</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="39"/>
        <source>Lists what is missing, contradictory or unlikely in a layer of stands.</source>
        <translation>列出小班图层中缺失、矛盾或不合常理之处。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="43"/>
        <source>Runs only the checks of the main job and writes each doubt with the stand&apos;s shape, the column, the value and a sentence that says what to do. The log shows the number of stands for each kind of doubt.</source>
        <translation>只运行评估中的检查部分，逐条写出问题：小班图形、字段、取值以及处理建议。日志中按问题类型列出小班数。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="53"/>
        <source>Issues</source>
        <translation>问题清单</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/check.py" line="55"/>
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
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="41"/>
        <source>Stands</source>
        <translation>小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="41"/>
        <source>Polygon layer of the forest inventory, one row per stand. It is read as you see it now: with its filter and unsaved edits.</source>
        <translation>森林资源清查的面图层，一行一个小班。按当前所见读取，包括过滤条件和未保存的编辑。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="50"/>
        <source>Text encoding of the stands</source>
        <translation>小班文件的字符编码</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="50"/>
        <source>For example GBK or UTF-8, for files only. Leave empty to have it recognised.</source>
        <translation>如 GBK 或 UTF-8，仅用于文件。留空则自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="60"/>
        <source>Field mapping</source>
        <translation>字段对应文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="60"/>
        <source>JSON file that says which column of the stands means what. Leave empty to have the columns recognised by their names.</source>
        <translation>说明各列含义的 JSON 文件。留空则按列名自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="71"/>
        <source>Rasters</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="71"/>
        <source>Each band gives the area-weighted mean and standard deviation per stand, and the share of the stand&apos;s area that has valid cells.</source>
        <translation>每个波段给出各小班按面积加权的均值和标准差，以及有效像元占小班面积的比例。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="82"/>
        <source>Names of the rasters</source>
        <translation>栅格名称</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="82"/>
        <source>Column names begin with them. One for each raster in the same order, with ; between; NAME#2 takes only band 2. Leave empty to use the names of the layers.</source>
        <translation>用作列名的开头。按相同顺序每个栅格一个，以分号“;”分隔；“名称#2”表示只取第 2 波段。留空则使用图层名。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="91"/>
        <source>Written beside the target under a temporary name and moved into place when all is done.</source>
        <translation>先以临时名称写在目标旁边，全部完成后再移到位。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="99"/>
        <source>Replace an existing file</source>
        <translation>替换已有文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/parameters.py" line="99"/>
        <source>Without it, the run stops before it starts where the file is there already.</source>
        <translation>不勾选时，若文件已存在则在开始之前停止。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="40"/>
        <source>Raster statistics per stand</source>
        <translation>小班栅格统计</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="44"/>
        <source>Exact area-weighted mean, standard deviation and support of rasters in each stand.</source>
        <translation>各小班内栅格按面积加权的精确均值、标准差和有效面积占比。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="48"/>
        <source>Each cell counts with the share of it that lies in the stand, so that small and narrow stands are right too. The support is the share of the stand&apos;s area with valid cells; where it is 0, mean and deviation stay empty.</source>
        <translation>每个像元按落入小班的面积比例计入，因此面积小、形状窄的小班同样准确。有效面积占比为有效像元占小班面积的比例；为 0 时均值和标准差留空。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="61"/>
        <source>Parquet files</source>
        <translation>Parquet 文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/processing/zonal.py" line="64"/>
        <source>Statistics</source>
        <translation>统计结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/dock.py" line="145"/>
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
        <location filename="../sanming_carbon_plugin/gui/steps/data_step.py" line="124"/>
        <source>From the layer</source>
        <translation>以图层记载为准</translation>
    </message>
    <message>
        <source>A cell counts where NDVI and NDMI fell further than those of healthy pine in the same two images, together with enough of its neighbours. Give two images of the same season on the same cells, best of late September to November.

It is evidence, not a diagnosis: fire and felling look the same, and images of 10 m show clusters of dead trees, not single ones. Stands that are covered too little stay empty.</source>
        <translation>若像元的 NDVI 与 NDMI 降幅均超过同两期影像中健康松林的变化，且足够多的相邻像元同样如此，则计为变色。请提供季节相同、像元网格一致的两期影像，以 9 月下旬至 11 月为宜。

结果是线索而非诊断：火烧和采伐也有同样表现；10 米影像只能看到成片枯死木，看不到单株。影像覆盖不足的小班留空。</translation>
    </message>
    <message>
        <source>A copy of the shipped file with other limits. Leave empty to use the shipped one.</source>
        <translation>自带文件的副本，可改用其他界限。留空则使用自带文件。</translation>
    </message>
    <message>
        <source>A model trained on the same images under the same names. Leave empty to learn from these stands.</source>
        <translation>用相同名称的相同影像训练的模型。留空则从本次小班学习。</translation>
    </message>
    <message>
        <source>Agreement with the inventory by blocks</source>
        <translation>与清查的一致率（空间分块）</translation>
    </message>
    <message>
        <source>Changes</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Classify stands</source>
        <translation>小班分类</translation>
    </message>
    <message>
        <source>Column of the stands, filled only for stands that were drawn at random and checked, for example with pine or broadleaf.</source>
        <translation>小班图层的字段，仅在随机抽取并已核查的小班填写，例如 pine 或 broadleaf。</translation>
    </message>
    <message>
        <source>Compare rules</source>
        <translation>规则对比</translation>
    </message>
    <message>
        <source>Damage</source>
        <translation>受害情况</translation>
    </message>
    <message>
        <source>Day of the earlier image</source>
        <translation>前期影像日期</translation>
    </message>
    <message>
        <source>Day of the later image</source>
        <translation>后期影像日期</translation>
    </message>
    <message>
        <source>Delivered with the image: scene classification or QA_PIXEL. Cloud and shadow are left out.</source>
        <translation>随影像提供：场景分类图或 QA_PIXEL。云与云影不参与计算。</translation>
    </message>
    <message>
        <source>Discoloured crowns between two dates</source>
        <translation>两期影像变色立木识别</translation>
    </message>
    <message>
        <source>Earlier image</source>
        <translation>前期影像</translation>
    </message>
    <message>
        <source>JSON file that says which raster is which: sensor, date, bands, scale and offset, quality layer, elevation model. Leave empty to take the rasters as they are.</source>
        <translation>说明各栅格用途的 JSON 文件：传感器、日期、波段、比例与偏移、质量图层、高程模型。留空则按原样使用各栅格。</translation>
    </message>
    <message>
        <source>JSON file with rules. Its measures take the place of the shipped ones; leave empty for the shipped rules.</source>
        <translation>规则 JSON 文件，其中的措施替换自带规则中的同名措施；留空则使用自带规则。</translation>
    </message>
    <message>
        <source>Later image</source>
        <translation>后期影像</translation>
    </message>
    <message>
        <source>Learns from the inventory which species group an image shows, and says how far both agree.</source>
        <translation>从清查数据学习影像所反映的树种组，并给出两者的一致程度。</translation>
    </message>
    <message>
        <source>Limits for images</source>
        <translation>影像判读界限</translation>
    </message>
    <message>
        <source>Lists the stands that an edited set of rules treats otherwise, and the rules that make it so.</source>
        <translation>列出改动规则后判定不同的小班，以及由哪些规则引起。</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Model files</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>Number of stands that change</source>
        <translation>判定变化的小班数</translation>
    </message>
    <message>
        <source>Number of stands that changed</source>
        <translation>判定变化的小班数</translation>
    </message>
    <message>
        <source>Number of stands where images disagree</source>
        <translation>影像与清查不符的小班数</translation>
    </message>
    <message>
        <source>Number of stands with discoloured crowns</source>
        <translation>发现变色的小班数</translation>
    </message>
    <message>
        <source>Pine transformation, reserve forest and the other measures of the programme for each stand.</source>
        <translation>逐小班判定松林改造提升、国家储备林及规划的其他措施。</translation>
    </message>
    <message>
        <source>Puts every rule to every stand. What is not known makes a rule neither pass nor fail: such stands are unknown, and the layer issues says which columns are missing. All measures that fit are kept, with the one that goes first.

Decisions in the file OUTPUT.decisions.csv beside the result are kept in every new run and shown beside what the rules say. With a recipe the images are asked too. Sink and tickets stay empty.</source>
        <translation>对每个小班逐条核对规则。情况不明时，规则既不算通过也不算不通过：该小班判为待定，issues 图层说明缺少哪些字段。所有适用措施均保留，并给出首选措施。

结果旁 OUTPUT.decisions.csv 文件中的人工决定在每次重新运行时保留，并与规则结果并列显示。提供配方时同时判读影像。碳汇和碳票各列留空。</translation>
    </message>
    <message>
        <source>Puts two sets of rules to the same stands. The layer changes has one row for each stand and measure that comes out otherwise: answer and technique before and after, and the rules that changed their outcome, for example PINE- to +. A measure that one file does not rule has no answer there.</source>
        <translation>用两套规则核对同一批小班。changes 图层中，每个判定不同的小班和措施占一行：前后的判定和方式，以及结果改变的规则，例如 PINE- to +。某一文件未规定的措施，其判定留空。</translation>
    </message>
    <message>
        <source>Quality layer of the earlier image</source>
        <translation>前期影像质量图层</translation>
    </message>
    <message>
        <source>Quality layer of the later image</source>
        <translation>后期影像质量图层</translation>
    </message>
    <message>
        <source>Rules after</source>
        <translation>改后规则</translation>
    </message>
    <message>
        <source>Rules before</source>
        <translation>改前规则</translation>
    </message>
    <message>
        <source>Sensor</source>
        <translation>传感器</translation>
    </message>
    <message>
        <source>Share of each stand whose crowns discoloured between two images, as in pine wilt.</source>
        <translation>各小班在两期影像之间树冠变色的面积占比，如松材线虫病所致。</translation>
    </message>
    <message>
        <source>Species group found by a check</source>
        <translation>核查所得树种组</translation>
    </message>
    <message>
        <source>Species group of each stand as images show it, and the stands where the inventory says otherwise.</source>
        <translation>影像所反映的各小班树种组，以及与清查不符的小班。</translation>
    </message>
    <message>
        <source>Species groups</source>
        <translation>树种组</translation>
    </message>
    <message>
        <source>Species groups from images</source>
        <translation>影像判读树种组</translation>
    </message>
    <message>
        <source>Tells which offset the numbers carry. Leave empty to have it told from the cells.</source>
        <translation>用于确定像元数值所带的偏移。留空则由像元自行判断。</translation>
    </message>
    <message>
        <source>The same seed and stands give the same model and figures.</source>
        <translation>种子和小班相同，则模型和数值相同。</translation>
    </message>
    <message>
        <source>Train species groups from images</source>
        <translation>训练影像树种组模型</translation>
    </message>
    <message>
        <source>Trains a random forest on the labels of the inventory; scikit-learn is needed. The model is a plain text file in which nothing can be executed. Beside it, MODEL.figures.json tells the agreement with the inventory for stands set aside by blocks, by matched distances and at random, the confusion matrix and the weight of each feature.

Agreement is not accuracy: the inventory&apos;s labels hold errors too. Accuracy comes only from stands drawn at random and checked; see the algorithm that asks the model.</source>
        <translation>以清查登记的树种为标签训练随机森林，需要 scikit-learn。模型为纯文本文件，其中内容不会被执行。旁边的 MODEL.figures.json 给出按空间分块、距离匹配和随机留出小班时与清查的一致率、混淆矩阵及各特征的重要性。

一致率不是精度：清查登记也有错误。精度只能由随机抽取并核查的小班得出，见影像判读树种组算法。</translation>
    </message>
    <message>
        <source>Writes the likeliest species group with its probability; where none is likely enough it stays empty. The layer disagreements lists the stands where images and inventory differ, the strongest first. The inventory itself is never changed.

Without a model, one is learnt here and each stand is judged by a model that has not learnt from it or its neighbours. Take this to look for errors: a model that has learnt from a wrong label may confirm it.

Where a column holds the species group of stands drawn at random and checked, accuracy with its 90 % interval is told in the log.</source>
        <translation>写出可能性最大的树种组及其概率；没有足够可能的则留空。disagreements 图层列出影像与清查不符的小班，差异最大的在前。清查数据从不改动。

未提供模型时，就地学习，并且每个小班由未学过它及其邻近小班的模型判读。查找错误时应采用这种方式：学过错误标签的模型可能会印证该错误。

若有字段记录了随机抽取并核查的小班的树种组，日志中给出精度及其 90 % 区间。</translation>
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
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="56"/>
        <source>Text encoding</source>
        <translation>字符编码</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="66"/>
        <source>For example GBK or UTF-8, for files only. Leave empty to have it recognised.</source>
        <translation>如 GBK 或 UTF-8，仅用于文件。留空则自动识别。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="73"/>
        <source>Field mapping</source>
        <translation>字段对应文件</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/check_step.ui" line="83"/>
        <source>JSON file that says which column means what. Leave empty to have the columns recognised by their names.</source>
        <translation>说明各列含义的 JSON 文件。留空则按列名自动识别。</translation>
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
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="49"/>
        <source>Polygon layer of the forest inventory, one row per stand. It is read as you see it: with its filter and unsaved edits.</source>
        <translation>森林资源清查的面图层，一行一个小班。按当前所见读取，包括过滤条件和未保存的编辑。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="62"/>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="72"/>
        <source>GeoPackage to write. It appears whole or not at all.</source>
        <translation>要写出的 GeoPackage，要么完整生成，要么不生成。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="79"/>
        <source>Replace an existing result</source>
        <translation>替换已有结果</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="88"/>
        <source>Rasters</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="96"/>
        <source>Raster layer of the project to add to the list.</source>
        <translation>要加入列表的工程栅格图层。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="109"/>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="118"/>
        <source>Name: letters, digits and _; the columns of the result begin with it. Band: a number, or empty for all bands.</source>
        <translation>名称：字母、数字和下划线，结果列名以它开头。波段：填序号，留空表示全部波段。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="143"/>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="148"/>
        <source>Band</source>
        <translation>波段</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="153"/>
        <source>Raster</source>
        <translation>栅格</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="176"/>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="188"/>
        <source>Earlier Inventory and Period</source>
        <translation>前期调查与监测期</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="200"/>
        <source>Earlier stands</source>
        <translation>前期小班</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="210"/>
        <source>The inventory at the beginning of the period, for the measured yearly sink.</source>
        <translation>监测期初的小班数据，用于按两期实测计算年碳汇量。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="223"/>
        <source>First day</source>
        <translation>首日</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="233"/>
        <source>First day of the period, included.</source>
        <translation>监测期首日（含当日）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="240"/>
        <source>Last day</source>
        <translation>末日</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="250"/>
        <source>Last day of the period, included.</source>
        <translation>监测期末日（含当日）。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="257"/>
        <source>Survey</source>
        <translation>调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="273"/>
        <source>How the stands were surveyed, where the layer does not say it itself.</source>
        <translation>小班的调查方法，图层本身未记载时填写。</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="280"/>
        <source>Earlier survey</source>
        <translation>前期调查方法</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/data_step.ui" line="296"/>
        <source>How the earlier stands were surveyed, where the layer does not say it itself.</source>
        <translation>前期小班的调查方法，图层本身未记载时填写。</translation>
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
        <translation>结果</translation>
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
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="84"/>
        <source>Open the Target Map</source>
        <translation>打开目标图</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="91"/>
        <source>Save the Map as PDF…</source>
        <translation>地图另存为 PDF…</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="106"/>
        <source>Tables and report</source>
        <translation>报表与报告</translation>
    </message>
    <message>
        <location filename="../sanming_carbon_plugin/gui/ui/maps_step.ui" line="116"/>
        <source>Folder for the tables and the report of the next run. Leave empty for none.</source>
        <translation>下次运行的报表与报告文件夹，留空则不输出。</translation>
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
</context>
</TS>
